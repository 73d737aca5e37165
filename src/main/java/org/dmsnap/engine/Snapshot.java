package org.dmsnap.engine;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.StampedLock;
import jnr.constants.platform.Errno;
import org.dmsnap.block.BlockDevice;
import org.dmsnap.block.ErrnoException;
import org.dmsnap.block.NativeBuffer;
import org.dmsnap.store.ChunkRun;
import org.dmsnap.store.ChunkSize;
import org.dmsnap.store.ExceptionStore;
import org.dmsnap.store.ExceptionStoreType;

/**
 * The target that shows an origin as it was, plus its own writes. Source: {@code snapshot} in the
 * kernel's snapshot.rst.
 *
 * <p>A chunk with an exception is read and written on the COW device, any other is read from the
 * origin's image. An own write's exception is seen at once and durable with the next group; only an
 * origin that is to overwrite the chunk waits for that. The lock rule is {@link ChunkLocks}', the
 * durability rule {@link ExceptionStore#commit}'s.
 */
public final class Snapshot implements Target {

  static final String NO_SPACE = "Unable to allocate exception";
  static final String IO_ERROR = "Error reading/writing";

  /** Own exceptions that may wait for a sync before their writer makes them durable. */
  private static final int UNSYNCED_LIMIT = 1 << 16;

  private final Origin origin;
  private final BlockDevice cow;
  private final ExceptionStore store;
  private final ChunkSize chunkSize;
  private final ExceptionTable exceptions;
  private final Validity validity;
  private final CowSpace space;
  private final SnapshotListener listener;
  private final SnapshotDiscard discard;
  private final boolean overflowMode;
  private final List<String> notes;
  private volatile boolean unsynced;
  private volatile int unsyncedExceptions;

  private Snapshot(
      Origin origin, BlockDevice cow, Loaded loaded, SnapshotListener listener, Set<Feature> with) {
    this.origin = origin;
    this.cow = cow;
    this.store = loaded.store;
    this.chunkSize = loaded.store.chunkSize();
    this.exceptions = loaded.exceptions;
    this.notes = List.copyOf(loaded.notes);
    this.listener = listener;
    this.validity = new Validity(store);
    this.space = new CowSpace(this, store, listener);
    this.discard = new SnapshotDiscard(this, origin, with);
    this.overflowMode = store.code().equals("PO");
  }

  private record Loaded(ExceptionStore store, ExceptionTable exceptions, List<String> notes) {}

  /**
   * Opens the snapshot of {@code origin} on {@code cow}, initialising a fresh COW device.
   *
   * @param cow stays the caller's to close
   * @param chunkSectors as in the table line; 0 takes the header's, or 32
   * @throws ErrnoException if the COW device cannot be loaded, saying why
   */
  public static Snapshot open(
      Origin origin,
      BlockDevice cow,
      ExceptionStoreType type,
      int chunkSectors,
      Set<Feature> features,
      SnapshotListener listener)
      throws IOException {
    if (features.contains(Feature.DISCARD_PASSDOWN_ORIGIN)
        && !features.contains(Feature.DISCARD_ZEROES_COW)) {
      throw new ErrnoException(
          Errno.EINVAL, "discard_passdown_origin feature depends on discard_zeroes_cow");
    }
    long originBytes = origin.image().size();
    // a table for the smallest chunk takes every chunk number that a larger one can have
    ExceptionTable exceptions = new ExceptionTable(new ChunkSize(1).chunksIn(originBytes));
    List<String> notes = new ArrayList<>();
    ExceptionStore store =
        type.open(
            cow,
            chunkSectors,
            originBytes,
            (oldChunk, newChunk) -> {
              if (!exceptions.putIfAbsent(oldChunk, newChunk)) {
                notes.add(
                    "origin chunk "
                        + oldChunk
                        + " has a second exception, at COW chunk "
                        + newChunk
                        + "; the first counts");
              }
            });
    if (chunkSectors != 0 && chunkSectors != store.chunkSize().sectors()) {
      notes.add(
          "chunk size "
              + store.chunkSize().sectors()
              + " in device metadata overrides table chunk size of "
              + chunkSectors);
    }
    return new Snapshot(origin, cow, new Loaded(store, exceptions, notes), listener, features);
  }

  @Override
  public String type() {
    return "snapshot";
  }

  @Override
  public String status() {
    if (!validity.valid()) {
      return "Invalid";
    }
    return validity.overflowed() ? "Overflow" : store.usage().toString();
  }

  @Override
  public long size() {
    return origin.image().size();
  }

  /** The exception store on the COW device. */
  public ExceptionStore store() {
    return store;
  }

  /** The COW device. */
  public BlockDevice cow() {
    return cow;
  }

  /** Whether it can be used: not Invalid. */
  public boolean valid() {
    return validity.valid();
  }

  /** What was odd when it was loaded, a line each: it was loaded all the same. */
  public List<String> notes() {
    return notes;
  }

  /** Makes it Invalid, durably. */
  public void invalidate(String reason) throws IOException {
    validity.invalidate(this, reason, listener);
  }

  ChunkSize chunkSize() {
    return chunkSize;
  }

  @Override
  public void read(long position, NativeBuffer buffer, int length) throws IOException {
    checkValid();
    for (int left = length; left > 0; ) {
      int piece = readRun(position, buffer, left);
      position += piece;
      left -= piece;
    }
  }

  @Override
  public void write(long position, NativeBuffer buffer, int length) throws IOException {
    checkWritable();
    unsynced = true;
    for (int left = length; left > 0; ) {
      int piece = exceptedRun(position, left);
      if (piece > 0) {
        cow.write(cowPosition(position), buffer, piece);
      } else {
        piece = writeNew(position, buffer, left);
      }
      position += piece;
      left -= piece;
    }
    if (unsyncedExceptions > UNSYNCED_LIMIT) {
      flush();
    }
  }

  /** An Invalid snapshot answers EIO if writes to it were acknowledged and not yet flushed. */
  @Override
  public void flush() throws IOException {
    if (!validity.valid()) {
      if (unsynced) {
        throw invalid();
      }
      return;
    }
    unsynced = false;
    unsyncedExceptions = 0;
    origin.stalls().stalling();
    try {
      store.flush();
    } catch (IOException e) {
      unsynced = true;
      invalidate(IO_ERROR);
      throw e;
    } finally {
      origin.stalls().resumed();
    }
  }

  @Override
  public void discard(long position, long length) throws IOException {
    checkWritable();
    discard.discard(position, length);
  }

  @Override
  public void zero(long position, long length) throws IOException {
    discard.writeZeroes(position, length);
  }

  // what the data path is made of

  private int readRun(long position, NativeBuffer buffer, int left) throws IOException {
    int piece = exceptedRun(position, left);
    if (piece > 0) {
      cow.read(cowPosition(position), buffer, piece);
      return piece;
    }
    ChunkLocks locks = origin.locks();
    StampedLock lock = locks.of(position);
    int most = locks.lengthWithin(position, left);
    long stamp = lock.tryOptimisticRead();
    if (stamp != 0) {
      piece = unexceptedRun(position, most);
      origin.image().read(position, buffer, piece);
      if (lock.validate(stamp)) {
        return piece;
      }
      buffer.advance(-piece);
    }
    stamp = lock.readLock(); // over the read: the chunk must not be overwritten under us
    try {
      piece = unexceptedRun(position, most);
      origin.image().read(position, buffer, piece);
      return piece; // 0 if an exception came meanwhile: the caller looks again
    } finally {
      lock.unlockRead(stamp);
    }
  }

  /** Writes chunks that have no exception, as many as lie next to each other on the COW device. */
  private int writeNew(long position, NativeBuffer buffer, int left) throws IOException {
    ChunkLocks locks = origin.locks();
    StampedLock lock = locks.of(position);
    long stamp = lock.writeLock(); // from the look-up until the exceptions are added
    try {
      int length = unexceptedRun(position, locks.lengthWithin(position, left));
      if (length == 0) {
        return 0; // an exception came meanwhile: the caller looks again
      }
      long oldFirst = chunkSize.chunkOf(position);
      ChunkRun run = allocate(chunkSize.chunkOf(position + length - 1) - oldFirst + 1);
      long end = Math.min(position + length, chunkSize.positionOf(oldFirst + run.count()));
      int piece = (int) (end - position);
      try {
        new SnapshotWrite(origin.image(), cow, chunkSize).write(position, buffer, piece, run);
      } catch (IOException e) {
        copyFailedByOwnWrite(run, e);
        throw e;
      }
      added(oldFirst, run);
      return piece;
    } finally {
      lock.unlockWrite(stamp);
    }
  }

  private ChunkRun allocate(long wanted) throws IOException {
    ChunkRun run;
    if (origin.overflow() == OverflowPolicy.REFUSE) {
      synchronized (origin.admission()) {
        run = space.prepare(wanted);
      }
    } else {
      run = space.prepare(wanted);
    }
    if (run != null) {
      return run;
    }
    if (origin.overflow() == OverflowPolicy.REFUSE) {
      throw new ErrnoException(Errno.ENOSPC, "the snapshot is full; extend it");
    }
    if (overflowMode) {
      if (!validity.overflowed()) {
        validity.overflow();
        listener.overflowed(this);
      }
      throw new ErrnoException(Errno.EIO, "the snapshot overflowed");
    }
    invalidate(NO_SPACE);
    throw invalid();
  }

  /** How many bytes from {@code position} lie on the COW device in one piece; 0 if none do. */
  private int exceptedRun(long position, int most) {
    long chunk = chunkSize.chunkOf(position);
    long newChunk = exceptions.find(chunk);
    if (newChunk == ExceptionTable.NONE) {
      return 0;
    }
    int run = chunkSize.lengthWithin(position, most);
    while (run < most && exceptions.find(++chunk) == ++newChunk) {
      run += chunkSize.lengthWithin(position + run, most - run);
    }
    return run;
  }

  /** How many bytes from {@code position} are the origin's; 0 if the first is not. */
  private int unexceptedRun(long position, int most) {
    int run = 0;
    while (run < most
        && exceptions.find(chunkSize.chunkOf(position + run)) == ExceptionTable.NONE) {
      run += chunkSize.lengthWithin(position + run, most - run);
    }
    return run;
  }

  private long cowPosition(long position) {
    long newChunk = exceptions.find(chunkSize.chunkOf(position));
    return chunkSize.positionOf(newChunk) + chunkSize.offsetIn(position);
  }

  void checkWritable() throws IOException {
    checkValid();
    if (validity.overflowed()) {
      throw new ErrnoException(Errno.EIO, "the snapshot overflowed; it can only be read");
    }
  }

  private void checkValid() throws IOException {
    if (!validity.valid()) {
      throw invalid();
    }
  }

  private static ErrnoException invalid() {
    return new ErrnoException(Errno.EIO, "the snapshot is Invalid; remove it");
  }

  // what the origin's writes need of it

  long find(long chunk) {
    return exceptions.find(chunk);
  }

  /** Whether a range of the origin may be overwritten as far as this snapshot goes. */
  boolean settled(long position, long length) throws IOException {
    if (!validity.valid()) {
      validity.ensureRecorded(this, listener);
      return true;
    }
    long last = chunkSize.chunkOf(position + length - 1);
    for (long chunk = chunkSize.chunkOf(position); chunk <= last; chunk++) {
      long newChunk = exceptions.find(chunk);
      if (newChunk == ExceptionTable.NONE || !store.durable(newChunk)) {
        return false;
      }
    }
    return true;
  }

  /** How many chunks of a range have no exception. */
  long missing(long position, long length) {
    long missing = 0;
    long last = chunkSize.chunkOf(position + length - 1);
    for (long chunk = chunkSize.chunkOf(position); chunk <= last; chunk++) {
      if (exceptions.find(chunk) == ExceptionTable.NONE) {
        missing++;
      }
    }
    return missing;
  }

  boolean hasQuietRoom(long chunks) {
    return space.hasQuietRoom(chunks);
  }

  boolean makeRoom(long chunks) {
    return space.makeRoom(chunks);
  }

  /** Prepares chunks for what of a range has no exception; Invalid if there is no room. */
  void planCopyOut(long position, int length, ChunkCopier copier) throws IOException {
    long end = chunkSize.chunkOf(position + length - 1) + 1;
    for (long chunk = chunkSize.chunkOf(position); chunk < end && validity.valid(); ) {
      long from = chunk;
      while (chunk < end && exceptions.find(chunk) == ExceptionTable.NONE) {
        chunk++;
      }
      while (from < chunk && validity.valid()) {
        ChunkRun run = space.prepare(chunk - from);
        if (run == null) {
          invalidate(NO_SPACE);
          return;
        }
        copier.add(this, from, run);
        from += run.count();
      }
      chunk++;
    }
  }

  /** Adds exceptions whose chunks have been written. */
  void added(long oldFirst, ChunkRun run) throws IOException {
    try {
      store.commit(oldFirst, run);
    } catch (IOException e) {
      invalidate(IO_ERROR);
      return;
    }
    for (long i = 0; i < run.count(); i++) {
      exceptions.putIfAbsent(oldFirst + i, run.first() + i);
    }
  }

  /** A copy-out failed: what the snapshot shows of the chunk is about to be overwritten. */
  void copyFailed(ChunkRun run, IOException failure) throws IOException {
    store.abandon(run);
    boolean full = ErrnoException.errnoOf(failure) == Errno.ENOSPC;
    if (full && origin.overflow() == OverflowPolicy.REFUSE) {
      throw failure;
    }
    invalidate(full ? NO_SPACE : IO_ERROR);
  }

  private void copyFailedByOwnWrite(ChunkRun run, IOException failure) throws IOException {
    store.abandon(run);
    if (ErrnoException.errnoOf(failure) != Errno.ENOSPC) {
      invalidate(IO_ERROR);
    }
  }

  /** Waits until the exceptions of a range are durable; Invalid if that fails. */
  void harden(long position, long length) throws IOException {
    if (validity.valid()) {
      try {
        long last = chunkSize.chunkOf(position + length - 1);
        for (long chunk = chunkSize.chunkOf(position); chunk <= last; chunk++) {
          long newChunk = exceptions.find(chunk);
          if (newChunk != ExceptionTable.NONE) {
            store.awaitDurable(newChunk);
          }
        }
      } catch (IOException e) {
        invalidate(IO_ERROR);
      }
    }
    if (!validity.valid()) {
      validity.ensureRecorded(this, listener);
    }
  }
}
