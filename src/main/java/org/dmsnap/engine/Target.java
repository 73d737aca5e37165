package org.dmsnap.engine;

import java.io.IOException;
import org.dmsnap.block.Extents;
import org.dmsnap.block.NativeBuffer;

/**
 * What a volume's requests go to: the device mapper's word for one kind of mapping.
 *
 * <p>Positions and lengths are in bytes and lie within {@link #size()}: callers clip. Any number of
 * threads may call at once; each call is made inside the volume's {@link Gate}. Failures are {@link
 * org.dmsnap.block.ErrnoException}s.
 */
public sealed interface Target permits Linear, SnapshotOrigin, Snapshot, SnapshotMerge {

  /** The target's name in table and status lines, such as {@code snapshot-origin}. */
  String type();

  /** The parameters of the status line, possibly none. */
  String status();

  /** The size in bytes. */
  long size();

  /** Fills the next {@code length} bytes of {@code buffer} from {@code position}. */
  void read(long position, NativeBuffer buffer, int length) throws IOException;

  /** Writes the next {@code length} bytes of {@code buffer} to {@code position}. */
  void write(long position, NativeBuffer buffer, int length) throws IOException;

  /** Where it has data, also what waits in memory; asked inside the gate, but for the space. */
  Extents extents();

  /** Makes durable what was written before the call. */
  void flush() throws IOException;

  /**
   * Gives a range back; it reads as zeroes afterwards.
   *
   * @throws org.dmsnap.block.ErrnoException EOPNOTSUPP, with nothing changed, where the target
   *     cannot promise that at no cost to a snapshot
   */
  void discard(long position, long length) throws IOException;

  /**
   * Makes room, under {@link OverflowPolicy#REFUSE}, for all that zeroing a range will take of any
   * COW device: {@link #zero}, which does so itself, follows in pieces.
   *
   * @throws org.dmsnap.block.ErrnoException ENOSPC, with nothing changed, if there is none
   */
  default void admitZero(long position, long length) throws IOException {
    // nothing to take, unless an implementation says otherwise
  }

  /**
   * Makes a range read as zeroes, where need be by writing them; what does already is left alone.
   */
  void zero(long position, long length) throws IOException;
}
