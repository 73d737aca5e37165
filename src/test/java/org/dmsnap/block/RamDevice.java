package org.dmsnap.block;

import java.io.IOException;
import java.util.Arrays;
import jnr.constants.platform.Errno;
import org.jspecify.annotations.Nullable;

/**
 * A device in memory that breaks on demand and counts what is done to it.
 *
 * <p>A transfer that touches a broken byte moves nothing and throws EIO. Counters count what
 * succeeded.
 */
public final class RamDevice implements BlockDevice {

  /** What a {@link Hook} is told of. */
  public enum Operation {
    READ,
    WRITE,
    DISCARD,
    ZERO,
    SYNC,
    RESIZE
  }

  /** Called before each operation, without a lock held; what it throws, the operation throws. */
  @FunctionalInterface
  public interface Hook {
    void before(Operation operation, long position, long length) throws IOException;
  }

  private static final Hook NOTHING = (operation, position, length) -> {};

  private byte[] bytes;
  private volatile Hook hook = NOTHING;
  private long brokenFrom = Long.MAX_VALUE;
  private long brokenTo = Long.MAX_VALUE;
  private @Nullable Errno writeFailure;
  private boolean failsSync;
  private boolean closed;
  private long startedFrom = Long.MAX_VALUE;
  private long startedTo;

  private int reads;
  private int writes;
  private int discards;
  private int syncs;
  private long bytesRead;
  private long bytesWritten;

  /** A device of {@code size} zeroes. */
  public RamDevice(long size) {
    bytes = new byte[Math.toIntExact(size)];
  }

  /** A device that holds a copy of {@code content}. */
  public RamDevice(byte[] content) {
    bytes = content.clone();
  }

  /** Breaks every byte from {@code position} on, also those it grows by. */
  public void breakFrom(long position) {
    breakRange(position, Long.MAX_VALUE);
  }

  /**
   * Breaks the bytes from {@code from} to before {@code to}, in place of what was broken before.
   */
  public synchronized void breakRange(long from, long to) {
    brokenFrom = from;
    brokenTo = to;
  }

  /** Makes every sync fail with EIO. */
  public synchronized void failSync() {
    failsSync = true;
  }

  /** Makes every write, discard, zeroing and change of size fail with {@code errno}. */
  public synchronized void failWrites(Errno errno) {
    writeFailure = errno;
  }

  /** Ends all failures; the content is what it was. */
  public synchronized void repair() {
    brokenFrom = Long.MAX_VALUE;
    brokenTo = Long.MAX_VALUE;
    writeFailure = null;
    failsSync = false;
  }

  /** Has {@code newHook} called before each operation from now on. */
  public void onEach(Hook newHook) {
    hook = newHook;
  }

  @Override
  public synchronized void startSync(long position, long length) {
    startedFrom = Math.min(startedFrom, position);
    startedTo = Math.max(startedTo, position + length);
  }

  /** Where the first byte is that was to begin to reach the disk ahead of a sync. */
  public synchronized long startedFrom() {
    return startedFrom;
  }

  /** Where the bytes end that were to begin to reach the disk ahead of a sync; 0 if none was. */
  public synchronized long startedTo() {
    return startedTo;
  }

  /** A copy of all it holds. */
  public synchronized byte[] content() {
    return bytes.clone();
  }

  /** A copy of {@code length} bytes from {@code position}. */
  public synchronized byte[] content(long position, int length) {
    return Arrays.copyOfRange(bytes, (int) position, (int) position + length);
  }

  /** Puts {@code content} at {@code position}, unseen by failures, counters and hook. */
  public synchronized void put(long position, byte[] content) {
    System.arraycopy(content, 0, bytes, (int) position, content.length);
  }

  public synchronized int reads() {
    return reads;
  }

  public synchronized int writes() {
    return writes;
  }

  /** Discards and zeroings. */
  public synchronized int discards() {
    return discards;
  }

  public synchronized int syncs() {
    return syncs;
  }

  public synchronized long bytesRead() {
    return bytesRead;
  }

  public synchronized long bytesWritten() {
    return bytesWritten;
  }

  public synchronized boolean isClosed() {
    return closed;
  }

  @Override
  public synchronized long size() {
    return bytes.length;
  }

  @Override
  public void read(long position, NativeBuffer buffer, int length) throws IOException {
    hook.before(Operation.READ, position, length);
    synchronized (this) {
      check("read", position, length);
      buffer.put(bytes, (int) position, length);
      reads++;
      bytesRead += length;
    }
  }

  @Override
  public void write(long position, NativeBuffer buffer, int length) throws IOException {
    hook.before(Operation.WRITE, position, length);
    synchronized (this) {
      checkWrite("write", position, length);
      buffer.get(bytes, (int) position, length);
      writes++;
      bytesWritten += length;
    }
  }

  @Override
  public void discard(long position, long length) throws IOException {
    hook.before(Operation.DISCARD, position, length);
    clear("discard", position, length);
  }

  @Override
  public void zero(long position, long length) throws IOException {
    hook.before(Operation.ZERO, position, length);
    clear("zero", position, length);
  }

  @Override
  public void sync() throws IOException {
    hook.before(Operation.SYNC, 0, 0);
    synchronized (this) {
      checkOpen("sync");
      if (failsSync) {
        throw new ErrnoException(Errno.EIO, "sync of a RAM disk told to fail");
      }
      syncs++;
    }
  }

  @Override
  public long dataFrom(long position, long end) {
    return position; // it cannot say
  }

  @Override
  public long holeFrom(long position, long end) {
    return end;
  }

  @Override
  public void settle() throws IOException {
    sync(); // there is nothing else to be read
  }

  @Override
  public void resize(long size) throws IOException {
    hook.before(Operation.RESIZE, 0, size);
    synchronized (this) {
      checkWrite("resize", 0, 0);
      bytes = Arrays.copyOf(bytes, Math.toIntExact(size));
    }
  }

  /** Marks it closed; the content stays, for {@link #reopen} and {@link #content()}. */
  @Override
  public synchronized void close() {
    closed = true;
  }

  /** Makes it usable again after a close, as opening its file once more would. */
  public synchronized RamDevice reopen() {
    closed = false;
    return this;
  }

  private synchronized void clear(String call, long position, long length) throws ErrnoException {
    checkWrite(call, position, length);
    Arrays.fill(bytes, (int) position, (int) (position + length), (byte) 0);
    discards++;
  }

  private void checkWrite(String call, long position, long length) throws ErrnoException {
    check(call, position, length);
    if (writeFailure != null) {
      throw new ErrnoException(writeFailure, call + " of a RAM disk told to fail");
    }
  }

  private void check(String call, long position, long length) throws ErrnoException {
    checkOpen(call);
    if (position < 0 || length < 0 || position > bytes.length - length) {
      throw new ErrnoException(
          Errno.EIO, call + " of " + length + " bytes at byte " + position + ": past the end");
    }
    if (position < brokenTo && position + length > brokenFrom) {
      throw new ErrnoException(Errno.EIO, call + " of a broken part at byte " + position);
    }
  }

  private void checkOpen(String call) throws ErrnoException {
    if (closed) {
      throw new ErrnoException(Errno.EBADF, call + " of a closed RAM disk");
    }
  }
}
