package org.dmsnap.store;

import java.io.IOException;
import java.util.List;
import jnr.constants.platform.Errno;
import org.dmsnap.block.BlockDevice;
import org.dmsnap.block.ErrnoException;
import org.dmsnap.block.Sectors;
import org.jspecify.annotations.Nullable;

/**
 * The kernel's persistent store. Source: {@code dm-snap-persistent.c}.
 *
 * <p>Exceptions are committed in groups. Whoever finds no group under way leads the next one,
 * outside the monitor; all others wait for it. The rule about order is {@link
 * ExceptionStore#commit}'s.
 */
final class PersistentStore implements ExceptionStore {

  private final BlockDevice cow;
  private final AreaLayout layout;
  private final String code;
  private final RecordWriter recordWriter;
  private final EarlySync earlySync;

  // all guarded by this, but for the volatile ones, which are written under it
  private final CommitQueue queue = new CommitQueue();
  private long nextFree = AreaLayout.FIRST_DATA_CHUNK;
  private long records;
  private volatile long newestCommitted;
  private boolean steppedBack; // a merge has begun with the area before
  private boolean leading;
  private long groupsStarted;
  private long groupsEnded; // the last that became durable
  private final StoreFailure failure = new StoreFailure();
  private volatile long durableBelow = AreaLayout.FIRST_DATA_CHUNK;
  private volatile boolean valid;

  PersistentStore(BlockDevice cow, ChunkSize chunkSize, String code, boolean valid) {
    this.cow = cow;
    this.layout = new AreaLayout(chunkSize);
    this.code = code;
    this.recordWriter = new RecordWriter(cow, layout);
    this.earlySync = new EarlySync(cow, chunkSize);
    this.valid = valid;
  }

  /** Called once, by the load: {@code records} are on disk, {@code nextFree} is the next chunk. */
  synchronized void loaded(long records, long nextFree) {
    this.records = records;
    this.nextFree = nextFree;
    this.durableBelow = nextFree;
    earlySync.from(nextFree);
    recordWriter.tailMayBeStale();
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
    long room = layout.chunkSize().chunkOf(cow.size()) - nextFree;
    long count = Math.min(Math.min(wanted, room), layout.dataChunksFrom(nextFree));
    if (count <= 0) {
      return null;
    }
    ChunkRun run = new ChunkRun(nextFree, count);
    nextFree = layout.skipMetadata(nextFree + count);
    queue.prepare(run);
    return run;
  }

  @Override
  public synchronized boolean hasRoom(long wanted) {
    return layout.isWithin(cow.size(), lastChunkWith(wanted));
  }

  @Override
  public synchronized long allocatedSectorsWith(long wanted) {
    return (lastChunkWith(wanted) + 1) * layout.chunkSize().sectors();
  }

  private long lastChunkWith(long wanted) {
    // the area that follows a full one must fit as well, or its commit fails
    long filled = layout.areaOf(records + queue.records() + wanted);
    return Math.max(layout.lastDataChunk(nextFree, wanted), layout.areaChunk(filled));
  }

  @Override
  public void commit(long oldFirst, ChunkRun run) throws IOException {
    add(oldFirst, run);
    earlySync.written(run); // outside the monitor
  }

  private synchronized void add(long oldFirst, ChunkRun run) throws IOException {
    failure.check();
    queue.ready(oldFirst, run);
    notifyAll(); // a later one, held up by this, may be waited for
    newestCommitted = Math.max(newestCommitted, run.end() - 1);
    if (!layout.hasAreaFor(cow.size(), records + queue.records())) { // what does this one need?
      long end = records + queue.recordsBefore(run.first()) + run.count();
      if (!layout.hasAreaFor(cow.size(), end)) {
        String area = "metadata area " + layout.areaOf(end) + ", which must follow a full one";
        throw failed(new ErrnoException(Errno.ENOSPC, "the COW device has no room for " + area));
      }
    }
  }

  @Override
  public synchronized void abandon(ChunkRun run) {
    queue.abandon(run);
    if (nextFree == layout.skipMetadata(run.first() + run.count())) {
      nextFree = run.first(); // the newest: nothing stands behind it
    }
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
  public void awaitAllDurable() throws IOException {
    awaitDurable(newestCommitted);
  }

  @Override
  public void flush() throws IOException {
    long groupsBefore;
    synchronized (this) {
      failure.check();
      groupsBefore = groupsStarted;
    }
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
   * Waits for the group under way, since the system tells only one of two syncs of a failure; true
   * if the caller is now to sync, false if a whole group was begun and ended after {@code before}.
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
    return new Usage(nextFree * c, Sectors.in(cow.size()), (area + 2) * c);
  }

  @Override
  public List<MergeRun> prepareMerge(long most) throws IOException {
    long end;
    synchronized (this) {
      failure.check();
      end = records;
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
      nextFree = layout.chunkAfter(records);
      steppedBack = false;
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

  /** Waits for the group under way; true if the caller is now to lead the next. */
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
      long first;
      synchronized (this) {
        groupsStarted++;
        group = queue.readyPrefix();
        first = records;
      }
      makeDurable(group, first);
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
  private void makeDurable(List<CommitQueue.Ready> group, long first) throws IOException {
    long end = first + group.stream().mapToLong(ready -> ready.run().count()).sum();
    recordWriter.clearStaleTail(first);
    recordWriter.emptyAreas(first, end);
    failure.sync(cow); // chunk data and empty areas: a torn group joins up with nothing
    recordWriter.write(group, first);
    failure.sync(cow); // records
    synchronized (this) {
      queue.remove(group);
      records = end;
      durableBelow = group.get(group.size() - 1).run().end();
      notifyAll();
    }
  }

  private synchronized IOException failed(IOException cause) {
    failure.set(cause);
    notifyAll();
    return cause;
  }
}
