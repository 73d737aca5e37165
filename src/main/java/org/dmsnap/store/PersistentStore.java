package org.dmsnap.store;

import java.io.IOException;
import java.util.List;
import jnr.constants.platform.Errno;
import org.dmsnap.block.BlockDevice;
import org.dmsnap.block.ErrnoException;
import org.dmsnap.block.Sectors;
import org.dmsnap.succession.Legacy;
import org.jspecify.annotations.Nullable;

/**
 * The kernel's persistent store. Source: {@code dm-snap-persistent.c}.
 *
 * <p>Exceptions are committed in groups. Whoever finds none under way leads the next, outside the
 * monitor; all others wait for it. The rule about order is {@link ExceptionStore#commit}'s.
 */
final class PersistentStore implements ExceptionStore {

  private final BlockDevice cow;
  private final Legacy legacy;
  private final AreaLayout layout;
  private final String code;
  private final RecordWriter recordWriter;
  private final EarlySync earlySync;

  // all guarded by this, but for the volatile ones, which are written under it
  private final CommitQueue queue;
  final Allocation allocation; // for the load, too
  private long records;
  private volatile long newestCommitted;
  private boolean steppedBack; // a merge has begun with the area before
  private boolean leading;
  private volatile long groupsStarted;
  private long groupsEnded; // the last that became durable
  private final StoreFailure failure;
  private volatile long durableBelow = AreaLayout.FIRST_DATA_CHUNK;
  private volatile boolean valid;

  PersistentStore(CowFile file, ChunkSize chunkSize, String code, boolean valid)
      throws ErrnoException {
    this.cow = file.device();
    this.legacy = file.legacy();
    this.failure = new StoreFailure(legacy);
    this.queue = new CommitQueue(legacy);
    this.layout = new AreaLayout(chunkSize);
    this.allocation = new Allocation(cow, layout);
    this.code = code;
    this.recordWriter = new RecordWriter(cow, layout);
    this.earlySync = new EarlySync(cow, chunkSize);
    this.valid = valid;
  }

  /** Called once, by the load: {@code records} are on disk, {@code nextFree} is the next chunk. */
  synchronized void loaded(long records, long nextFree) {
    this.records = records;
    this.allocation.from(nextFree);
    this.durableBelow = nextFree;
    earlySync.from(nextFree);
    recordWriter.tailMayBeStale();
    legacy.records(records);
  }

  /** A predecessor had committed these; for the load, in the order of chunks. */
  synchronized void inherit(long oldFirst, ChunkRun run, int place) {
    queue.inherit(oldFirst, run, place);
    allocation.from(Math.max(allocation.nextFree(), run.end()));
    newestCommitted = run.end() - 1;
    durableBelow = queue.first(durableBelow);
  }

  @Override
  public String code() {
    return code;
  }

  @Override
  public ChunkSize chunkSize() {
    return layout.chunkSize();
  }

  @Override
  public boolean valid() {
    return valid;
  }

  @Override
  public synchronized @Nullable ChunkRun prepare(long wanted) {
    ChunkRun run = allocation.take(wanted);
    if (run != null) {
      queue.prepare(run);
      durableBelow = Math.min(durableBelow, run.first()); // if it was a hole
    }
    return run;
  }

  @Override
  public synchronized boolean hasRoom(long wanted) {
    return layout.isWithin(cow.size(), allocation.lastWith(records + queue.records(), wanted));
  }

  @Override
  public synchronized long allocatedSectorsWith(long wanted) {
    return (allocation.lastWith(records + queue.records(), wanted) + 1)
        * layout.chunkSize().sectors();
  }

  @Override
  public void commit(long oldFirst, ChunkRun run) throws IOException {
    add(oldFirst, run);
    earlySync.written(run); // outside the monitor
  }

  private synchronized void add(long oldFirst, ChunkRun run) throws IOException {
    failure.check();
    ErrnoException full = allocation.missingArea(records, queue, run);
    if (full != null) {
      throw failed(full);
    }
    queue.ready(oldFirst, run);
    notifyAll(); // a later one, held up by this, may be waited for
    newestCommitted = Math.max(newestCommitted, run.end() - 1);
  }

  @Override
  public synchronized void abandon(ChunkRun run) {
    queue.abandon(run);
    allocation.giveBack(run);
    notifyAll(); // what was held up may be a ready prefix now
  }

  @Override
  public boolean durable(long newChunk) {
    return newChunk < durableBelow;
  }

  @Override
  public void awaitDurable(long newChunk) throws IOException {
    while (newChunk >= durableBelow && becomeLeader(newChunk)) {
      lead();
    }
  }

  @Override
  public boolean left() {
    return queue.left();
  }

  @Override
  public void awaitAllDurable() throws IOException {
    awaitDurable(newestCommitted);
  }

  @Override
  public void flush() throws IOException {
    failure.check();
    long groupsBefore = groupsStarted;
    awaitAllDurable();
    if (!takeTurn(groupsBefore)) {
      return;
    }
    boolean durable = false;
    try {
      failure.sync(cow);
      durable = true;
    } finally {
      stopLeading(durable);
    }
  }

  /**
   * Waits for the group under way, since the system tells only one of two syncs of a failure;
   * whether the caller is to sync: no group was begun and ended after {@code before}.
   */
  private synchronized boolean takeTurn(long before) throws ErrnoException {
    while (leading && groupsEnded <= before) {
      await();
    }
    if (groupsEnded > before) {
      return false;
    }
    leading = true;
    groupsStarted++;
    return true;
  }

  @Override
  public synchronized Usage usage() {
    int c = layout.chunkSize().sectors();
    long area = layout.areaOf(records + queue.records() - (steppedBack ? 1 : 0));
    return new Usage(allocation.nextFree() * c, Sectors.in(cow.size()), (area + 2) * c);
  }

  @Override
  public List<MergeRun> prepareMerge(long most) throws IOException {
    failure.check();
    long end = records; // the merge is the only one to change it
    synchronized (this) {
      steppedBack = end > 0 && end % layout.recordsPerArea() == 0;
    }
    return new MergeTail(cow, layout).newest(end, most);
  }

  @Override
  public void commitMerge(long chunks) throws IOException {
    long end = records; // the merge is the only one to change it
    try {
      new MergeTail(cow, layout).forget(end - chunks, end);
    } catch (IOException e) {
      throw failed(e);
    }
    flush();
    synchronized (this) {
      records = end - chunks;
      allocation.from(layout.chunkAfter(records));
      steppedBack = false;
      legacy.records(records);
    }
  }

  @Override
  public void invalidate() throws IOException {
    valid = false;
    takeTurn(Long.MAX_VALUE); // or a group's sync is told that the header was lost, not this one
    try {
      DiskHeader.of(false, layout.chunkSize()).writeTo(cow);
    } finally {
      stopLeading(false);
    }
  }

  private synchronized boolean becomeLeader(long newChunk) throws IOException {
    while (newChunk >= durableBelow) {
      failure.check();
      if (!leading && queue.hasReady()) {
        leading = true;
        return true;
      }
      await();
    }
    return false;
  }

  @SuppressWarnings("WaitNotInLoop") // the callers loop
  private synchronized void await() throws ErrnoException {
    try {
      wait();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ErrnoException(Errno.EINTR, "interrupted while exceptions became durable", e);
    }
  }

  private void lead() throws IOException {
    boolean durable = false;
    try {
      List<CommitQueue.Ready> group;
      synchronized (this) {
        groupsStarted++;
        group = queue.readyPrefix();
      }
      makeDurable(group);
      durable = true;
    } finally {
      stopLeading(durable);
    }
  }

  private synchronized void stopLeading(boolean durable) {
    leading = false;
    if (durable) {
      groupsEnded = groupsStarted;
    }
    notifyAll();
  }

  /** The order of a durable update is the order of the lines. */
  private void makeDurable(List<CommitQueue.Ready> group) throws IOException {
    long first = records; // whoever leads is alone to change it
    long end = first + group.stream().mapToLong(ready -> ready.run().count()).sum();
    recordWriter.clearStaleTail(first);
    recordWriter.emptyAreas(first, end);
    failure.sync(cow); // chunk data and empty areas: a torn group joins up with nothing
    recordWriter.write(group, first);
    failure.sync(cow); // records
    legacy.records(end); // before they are found there no more
    synchronized (this) {
      queue.remove(group);
      records = end;
      durableBelow = queue.first(allocation.nextFree());
      notifyAll();
    }
  }

  private synchronized IOException failed(IOException cause) {
    failure.set(cause);
    notifyAll();
    return cause;
  }
}
