package org.dmsnap.fuse;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.StandardOpenOption;
import org.dmsnap.block.HandedOn;
import org.dmsnap.block.LastErrno;
import org.dmsnap.block.LibC;
import org.dmsnap.kernel.FileName;
import org.dmsnap.kernel.OpenFile;
import org.jspecify.annotations.Nullable;

/**
 * What open text and control files say, in a file in memory that outlives the server: each open
 * file has a window of its own, of which as much is used as its text is long.
 *
 * <pre>   0  8  bytes, plus one; last   8  8  since when, in nanoseconds since 1970   16  the text
 * </pre>
 *
 * <p>Any number of threads, one for a window.
 */
final class TextMemory {

  static final String NAME = "texts";

  /**
   * A text and its time.
   *
   * @param changedNanos since when, in nanoseconds since 1970
   */
  record Kept(String text, long changedNanos) {}

  private static final int WINDOW_SHIFT = 30;
  private static final int HEADER_BYTES = 16;

  // linux/falloc.h
  private static final int PUNCH_HOLE_KEEP_SIZE = 3;

  private final int descriptor;
  private final FileChannel file;

  private TextMemory(int descriptor) throws IOException {
    this.descriptor = descriptor;
    file =
        FileChannel.open(
            OpenFile.of(descriptor), StandardOpenOption.READ, StandardOpenOption.WRITE);
  }

  /** What a predecessor left, or a new one, which is kept. */
  static TextMemory of(HandedOn handedOn) throws IOException {
    int left = handedOn.inherited(NAME);
    int descriptor = left >= 0 ? left : MountCalls.memoryFile("dmsnap-" + NAME);
    TextMemory memory = new TextMemory(descriptor);
    if (left < 0) {
      handedOn.keep(NAME, descriptor);
    }
    return memory;
  }

  /** Keeps the text of the open file at {@code slot}. */
  void put(int slot, byte[] text, long changedNanos) throws IOException {
    ByteBuffer all = ByteBuffer.allocate(HEADER_BYTES + text.length);
    all.putLong(0).putLong(changedNanos).put(text).flip();
    write(all, start(slot));
    write(ByteBuffer.allocate(Long.BYTES).putLong(text.length + 1L).flip(), start(slot));
  }

  /** What was put there, or null. */
  @Nullable Kept get(int slot) throws IOException {
    ByteBuffer header = ByteBuffer.wrap(read(start(slot), HEADER_BYTES));
    long length = header.getLong() - 1;
    if (length < 0 || length > (1L << WINDOW_SHIFT) - HEADER_BYTES) {
      return null;
    }
    byte[] text = read(start(slot) + HEADER_BYTES, (int) length);
    return new Kept(FileName.of(text), header.getLong());
  }

  /** Gives its memory back. */
  void drop(int slot) throws IOException {
    long length = 1L << WINDOW_SHIFT;
    if (LibC.INSTANCE.fallocate(descriptor, PUNCH_HOLE_KEEP_SIZE, start(slot), length) < 0) {
      throw LastErrno.failure("give back the memory of a text");
    }
  }

  private static long start(int slot) {
    return (long) slot << WINDOW_SHIFT;
  }

  private void write(ByteBuffer bytes, long position) throws IOException {
    while (bytes.hasRemaining()) {
      position += file.write(bytes, position);
    }
  }

  /** So many bytes; what was never written is zero. */
  private byte[] read(long position, int length) throws IOException {
    byte[] bytes = new byte[length];
    ByteBuffer rest = ByteBuffer.wrap(bytes);
    while (rest.hasRemaining() && file.read(rest, position + rest.position()) > 0) {
      // until the end of either
    }
    return bytes;
  }
}
