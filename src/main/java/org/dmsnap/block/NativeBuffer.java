package org.dmsnap.block;

import com.kenai.jffi.MemoryIO;

/**
 * A window onto native memory with a cursor, which every transfer moves past what it moved.
 *
 * <p>One thread at a time. A buffer that {@link #wrap wraps} foreign memory, such as that of a FUSE
 * request, is reused from request to request, so that a transfer allocates nothing.
 */
public final class NativeBuffer {

  private static final MemoryIO MEMORY = MemoryIO.getInstance();

  private long start;
  private long cursor;
  private long end;

  /** An empty window, to be {@link #wrap wrapped} around something. */
  public NativeBuffer() {}

  /** A window onto fresh, zeroed memory of {@code capacity} bytes that is never freed. */
  public static NativeBuffer allocate(int capacity) {
    NativeBuffer buffer = new NativeBuffer();
    return buffer.wrap(MEMORY.allocateMemory(capacity, true), capacity);
  }

  /**
   * A window onto a fresh native copy of {@code bytes} that is never freed; for tests and setup.
   */
  public static NativeBuffer copyOf(byte[] bytes) {
    NativeBuffer buffer = allocate(Math.max(1, bytes.length));
    buffer.end = buffer.start + bytes.length;
    MEMORY.putByteArray(buffer.start, bytes, 0, bytes.length);
    return buffer;
  }

  /** Makes this the window onto {@code length} bytes at {@code address}, cursor at the start. */
  public NativeBuffer wrap(long address, int length) {
    start = address;
    cursor = address;
    end = address + length;
    return this;
  }

  /** The native address of the next byte. */
  public long address() {
    return cursor;
  }

  /** Bytes from the cursor to the end. */
  public int remaining() {
    return (int) (end - cursor);
  }

  /** Bytes from the start to the cursor. */
  public int done() {
    return (int) (cursor - start);
  }

  /** Moves the cursor by {@code bytes}, which may be negative. */
  public NativeBuffer advance(int bytes) {
    long moved = cursor + bytes;
    if (moved < start || moved > end) {
      throw new IndexOutOfBoundsException(
          "cursor moved by " + bytes + " in a window of " + (end - start) + " bytes");
    }
    cursor = moved;
    return this;
  }

  /** Moves the cursor to {@code offset} bytes from the start. */
  public NativeBuffer seek(int offset) {
    return advance((int) (start + offset - cursor));
  }

  /** Fills the next {@code length} bytes with zeroes and moves past them. */
  public void putZeroes(int length) {
    long from = cursor;
    advance(length);
    MEMORY.setMemory(from, length, (byte) 0);
  }

  /** Copies the next {@code length} bytes of {@code source} here; both cursors move. */
  public void put(NativeBuffer source, int length) {
    long to = cursor;
    long from = source.cursor;
    advance(length);
    source.advance(length);
    MEMORY.copyMemory(from, to, length);
  }

  /** Copies {@code length} bytes of {@code source} from {@code offset} here and moves past them. */
  public void put(byte[] source, int offset, int length) {
    long to = cursor;
    advance(length);
    MEMORY.putByteArray(to, source, offset, length);
  }

  /**
   * Copies the next {@code length} bytes into {@code target} at {@code offset}; moves past them.
   */
  public void get(byte[] target, int offset, int length) {
    long from = cursor;
    advance(length);
    MEMORY.getByteArray(from, target, offset, length);
  }

  /** Copies {@code length} bytes from native memory at {@code from} here and moves past them. */
  public void put(long from, int length) {
    long to = cursor;
    advance(length);
    MEMORY.copyMemory(from, to, length);
  }

  /** Copies the next {@code length} bytes to native memory at {@code to} and moves past them. */
  public void get(long to, int length) {
    long from = cursor;
    advance(length);
    MEMORY.copyMemory(from, to, length);
  }

  /** Copies {@code length} bytes of native memory. */
  public static void copy(long from, long to, int length) {
    MEMORY.copyMemory(from, to, length);
  }

  /** Appends {@code value}, little-endian, 8 bytes. */
  public void putLongLe(long value) {
    long to = cursor;
    advance(Long.BYTES);
    MEMORY.putLong(to, littleEndian(value));
  }

  /** The next 8 bytes as a little-endian number; moves past them. */
  public long getLongLe() {
    long from = cursor;
    advance(Long.BYTES);
    return littleEndian(MEMORY.getLong(from));
  }

  /** Whether the next {@code length} bytes are all zero; the cursor stays. */
  public boolean isZero(int length) {
    long at = cursor;
    long last = cursor + length;
    for (; at + Long.BYTES <= last; at += Long.BYTES) {
      if (MEMORY.getLong(at) != 0) {
        return false;
      }
    }
    for (; at < last; at++) {
      if (MEMORY.getByte(at) != 0) {
        return false;
      }
    }
    return true;
  }

  private static long littleEndian(long value) {
    return java.nio.ByteOrder.nativeOrder() == java.nio.ByteOrder.LITTLE_ENDIAN
        ? value
        : Long.reverseBytes(value);
  }
}
