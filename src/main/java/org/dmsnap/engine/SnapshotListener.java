package org.dmsnap.engine;

import java.io.IOException;

/**
 * Is told what happens to a snapshot; implemented by the pool.
 *
 * <p>Called on the thread of the request that caused it, inside the gate and with a chunk lock
 * held: an implementation must not wait for the gate, nor for anything that waits for it.
 */
public interface SnapshotListener {

  /**
   * The snapshot has become Invalid.
   *
   * @param reason the kernel's words, such as {@code Unable to allocate exception}
   * @param recorded whether the COW device's header says so durably; if not, the listener makes it
   *     durable elsewhere
   * @throws IOException if it could not; the write that caused it then fails
   */
  void invalidated(Snapshot snapshot, String reason, boolean recorded) throws IOException;

  /** A write to the snapshot found no space; it stays readable (store type {@code PO}). */
  void overflowed(Snapshot snapshot);

  /** Somebody's write was refused for want of space, on the COW device or beneath it. */
  void refused(Snapshot snapshot);

  /**
   * An own write of the snapshot's, or making such durable, has failed other than for want of
   * space; whoever wanted it has been told.
   */
  void failed(Snapshot snapshot, IOException failure);

  /** What was written to it as an origin cannot be written for now, and waits in memory. */
  void undrained(Snapshot snapshot, Exception failure);

  /** How many sectors of the COW device may be allocated without {@link #filling} being called. */
  long growsAbove(Snapshot snapshot);

  /**
   * The COW device is about to be used beyond {@link #growsAbove}: time to grow it.
   *
   * @param neededSectors allocated sectors after the allocation that is about to be made
   */
  void filling(Snapshot snapshot, long neededSectors);

  /** So many sectors of the COW device are allocated by now. */
  void filled(Snapshot snapshot, long allocatedSectors);
}
