package org.dmsnap.engine;

import java.io.IOException;
import java.util.concurrent.locks.StampedLock;
import org.dmsnap.block.BlockDevice;
import org.dmsnap.block.NativeBuffer;

/**
 * An origin's image behind a volatile write cache, so that the copy-outs of thousands of chunks
 * become durable together and not each by itself.
 *
 * <p>A write to an origin must not reach the image before what it overwrites is durable in every
 * snapshot. So it is copied out at once, and the new data is {@link #hold held} in memory; a {@link
 * #drain} makes all that was copied out durable (two syncs a snapshot, however much it is), writes
 * what was held to the image, and forgets it. The rules, all of them:
 *
 * <ol>
 *   <li>Only a write that needs a copy-out, or that meets held data, is held; and only after every
 *       snapshot has the exceptions for it, or is Invalid, durably. So no snapshot ever reads what
 *       is held, and a full snapshot is found out while its writer can still be told.
 *   <li>What is held is newer than the image: every read lays it over, and a write that meets it
 *       goes there. A discard or zeroing drains first.
 *   <li>A sector is written to the image only once all of its snapshots have it durably ({@link
 *       Protection#settled}), and is held until it has been written.
 *   <li>{@link #sync} drains, then syncs the image. A drain that fails keeps what it has not
 *       written, so every sync fails until one succeeds.
 *   <li>What is held is newer than every snapshot: whoever adds one drains with all requests held.
 *   <li>What is held outlives the process, if somebody succeeds it: the data is in place before its
 *       note, and that before the write is answered; and the note is gone only once the image has
 *       the data. The successor holds it again ({@link #inherit}).
 *   <li>Memory is bounded, also for all origins together ({@link CacheMemory}): who finds none
 *       drains, and fails if that does. Nothing is held for longer than {@link
 *       DrainThread#LONGEST_SECONDS}, unless the image fails.
 * </ol>
 *
 * <p>The image is cut into regions of 128 KiB with a lock each, the innermost of all locks: held
 * exclusively while a region's blocks change, shared while they are read or while something is
 * written past them. One drain runs at a time.
 */
final class WriteCache implements BlockDevice {

  /** How much waits of an origin at most: enough for the syncs not to matter. */
  static final long DEFAULT_BYTES = 64 << 20;

  /** The snapshots of the origin, as the cache sees them. */
  interface Protection {
    /** Makes every exception durable that was committed before the call, where that is possible. */
    void harden() throws IOException;

    /**
     * Whether a range may be overwritten on the image as far as all snapshots go; one that stands
     * in the way since it could not be hardened becomes Invalid, durably.
     *
     * @throws IOException if that cannot be recorded, or the overwriting is refused
     */
    boolean settled(long position, long length) throws IOException;
  }

  private final BlockDevice image;
  private final Protection protection;
  private final StallListener stalls;
  private final BlockMemory memory;
  private final HeldBlocks held;
  private final CacheExtents extents;
  private final DrainThread drainThread = new DrainThread(this);
  private final Regions regions = new Regions();
  private final Object draining = new Object();
  private volatile DrainListener listener = DrainListener.NONE;
  private volatile boolean told; // of a failure, since a drain went well

  /**
   * @param image what is beneath
   * @param memory in which it waits; at least a region
   * @param stalls told when a write must wait for memory
   */
  WriteCache(BlockDevice image, Protection protection, BlockMemory memory, StallListener stalls) {
    this.image = image;
    this.protection = protection;
    this.stalls = stalls;
    this.memory = memory;
    this.held = new HeldBlocks(image, memory);
    this.extents = new CacheExtents(image, held);
  }

  /** Holds what a predecessor held, whose copies all snapshots have; before any request. */
  void inherit() throws IOException {
    held.inherit();
    if (!held.isEmpty()) {
      drainThread.wake(memory.halfUsed());
    }
  }

  /** Whether nothing waits. */
  boolean isEmpty() {
    return held.isEmpty();
  }

  @Override
  public long size() {
    return image.size();
  }

  @Override
  public void read(long position, NativeBuffer buffer, int length) throws IOException {
    if (held.isEmpty()) {
      image.read(position, buffer, length);
      return;
    }
    for (int left = length; left > 0; ) {
      int piece = Regions.within(position, left);
      StampedLock lock = regions.lock(position);
      long stamp = lock.readLock(); // over both: what is held must not reach the image in between
      try {
        long address = buffer.address();
        image.read(position, buffer, piece);
        held.overlay(position, address, piece);
      } finally {
        lock.unlockRead(stamp);
      }
      position += piece;
      left -= piece;
    }
  }

  /** Writes what needs no copy-out: to the image, or over what is held. */
  @Override
  public void write(long position, NativeBuffer buffer, int length) throws IOException {
    for (int left = length; left > 0; ) {
      int piece = Regions.within(position, left);
      if (!writePast(position, buffer, piece)) {
        holdWithin(position, buffer, piece);
      }
      position += piece;
      left -= piece;
    }
  }

  /** Writes to the image, unless something is held there. */
  private boolean writePast(long position, NativeBuffer buffer, int length) throws IOException {
    StampedLock lock = regions.lock(position);
    long stamp = lock.readLock(); // over the write: nothing may come to be held beneath it
    try {
      if (held.touches(position, length)) {
        return false;
      }
      image.write(position, buffer, length);
      return true;
    } finally {
      lock.unlockRead(stamp);
    }
  }

  /** Keeps what was copied out for in memory until the copies are durable; may wait for room. */
  void hold(long position, NativeBuffer buffer, int length) throws IOException {
    for (int left = length; left > 0; ) {
      int piece = Regions.within(position, left);
      holdWithin(position, buffer, piece);
      position += piece;
      left -= piece;
    }
  }

  private void holdWithin(long position, NativeBuffer buffer, int length) throws IOException {
    while (!tryHold(position, buffer, length)) {
      stalls.stalling();
      try {
        drain();
      } finally {
        stalls.resumed();
      }
    }
    drainThread.wake(memory.halfUsed());
  }

  private boolean tryHold(long position, NativeBuffer buffer, int length) throws IOException {
    StampedLock lock = regions.lock(position);
    long stamp = lock.writeLock();
    try {
      return held.put(position, buffer, length);
    } finally {
      lock.unlockWrite(stamp);
    }
  }

  /**
   * Writes to the image what was held before the call.
   *
   * @throws IOException if a snapshot cannot be made safe, or the image fails; the rest stays held
   */
  void drain() throws IOException {
    if (held.isEmpty()) {
      return;
    }
    synchronized (draining) {
      long[] positions = held.positions(); // first: of later ones the copies may not be durable
      protection.harden();
      Drain drain = new Drain(image, held, protection);
      for (int from = 0; from < positions.length; ) {
        int to = Regions.end(positions, from);
        StampedLock lock = regions.lock(positions[from]);
        long stamp = lock.writeLock(); // until forgotten: what is newer must not slip in between
        try {
          drain.write(positions, from, to);
        } finally {
          lock.unlockWrite(stamp);
        }
        from = to;
        drain.start(positions, to);
      }
      told = false;
    }
  }

  /** Who is told if a drain fails in the background. */
  void drainListener(DrainListener told) {
    listener = told;
  }

  /** A drain has failed in the background, where nobody hears of it: tells the first time. */
  void drainFailed(Exception failure) {
    if (!told) {
      told = true;
      listener.drainFailed(failure);
    }
  }

  /** Runs {@code change} while no drain does, for what a drain must not see half done. */
  void betweenDrains(Runnable change) {
    synchronized (draining) {
      change.run();
    }
  }

  @Override
  public void discard(long position, long length) throws IOException {
    drain();
    image.discard(position, length);
  }

  @Override
  public void zero(long position, long length) throws IOException {
    drain();
    image.zero(position, length);
  }

  @Override
  public long dataFrom(long position, long end) throws IOException {
    return extents.dataFrom(position, end);
  }

  @Override
  public long holeFrom(long position, long end) throws IOException {
    return extents.holeFrom(position, end);
  }

  @Override
  public long allocated() {
    return extents.allocated();
  }

  @Override
  public void sync() throws IOException {
    drain();
    image.sync();
  }

  @Override
  public void settle() throws IOException {
    drain();
    image.settle();
  }

  @Override
  public void syncTimes() throws IOException {
    drain();
    image.syncTimes();
  }

  @Override
  public void resize(long size) throws IOException {
    image.resize(size);
  }

  /** Closes the image; what is still held, since it could not be written, is lost. */
  @Override
  public void close() throws IOException {
    drainThread.stop();
    memory.close();
    image.close();
  }
}
