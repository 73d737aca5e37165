package org.dmsnap.pool.volume;

import java.io.IOException;
import org.dmsnap.block.Extents;
import org.dmsnap.block.NativeBuffer;

/**
 * A device by name, as {@code dmsetup} lists it: a volume, or one of the hidden ones beneath
 * ({@code base-real}, {@code snap-cow}).
 *
 * <p>Any number of threads may call at once. Requests pass the gate of the device's origin and may
 * be held there. Positions and lengths are in bytes; a request must lie within {@link #size()}.
 * Every request to a device that is gone fails with EIO. Failures are {@link
 * org.dmsnap.block.ErrnoException}s.
 */
public sealed interface Device permits GatedDevice, HiddenDevice {

  /** The device's name. */
  String name();

  /** The size in bytes. */
  long size();

  /** Whether it can be written at all; hidden devices cannot. */
  boolean writable();

  /** Whether it is one of the hidden devices, which change without anyone writing them. */
  boolean hidden();

  /** Whether its writes are held, or about to be, until somebody resumes its origin. */
  boolean writesHeld();

  /**
   * When what it reads as was last changed, by whomever and however, in nanoseconds since 1970:
   * later with every change, and the same at the next mount.
   */
  long changedNanos();

  /**
   * A number that changes whenever the content may have changed by anything but writes to this very
   * device (creation, merge, extension, invalidation): a page cache filled before is stale.
   */
  long generation();

  /** One line without newline, as {@code dmsetup table} prints it. */
  String table();

  /** One line without newline, as {@code dmsetup status} prints it. */
  String status();

  /** Counts an open handle, commits first where the device asks for it (a {@code -cow}). */
  void opened() throws IOException;

  /** Takes back one {@link #opened}. */
  void released();

  /** Reads; may be held while the pool changes, for a moment. */
  void read(long position, NativeBuffer buffer, int length) throws IOException;

  /**
   * Where, from {@code position} on, data may be, as {@link Extents#dataFrom}; {@link #size()} if
   * there is nothing but a hole.
   */
  long dataFrom(long position) throws IOException;

  /** Where, from {@code position} on, a hole begins; {@link #size()} if none does before. */
  long holeFrom(long position) throws IOException;

  /**
   * How many bytes are allocated for what it reads as, or at most, whoever else shares them; if it
   * cannot be read, its size. Never held.
   */
  long allocated();

  /** Writes; held while suspended. EROFS where the pool or the origin is read-only. */
  void write(long position, NativeBuffer buffer, int length) throws IOException;

  /** fsync(2): makes durable what was written before. Never held by suspend. */
  void flush() throws IOException;

  /** fallocate(2), punch hole: what returns reads as zeroes; EOPNOTSUPP with nothing changed. */
  void discard(long position, long length) throws IOException;

  /** fallocate(2), zero range: always possible, where need be by writing zeroes. */
  void zero(long position, long length) throws IOException;
}
