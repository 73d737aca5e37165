package org.dmsnap.block;

import com.kenai.jffi.MemoryIO;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import jnr.constants.platform.Errno;

/** Small UTF-8 files, read and written whole. */
final class TextFile {

  private static final int LARGEST = 16 << 20;

  private static final MemoryIO MEMORY = MemoryIO.getInstance();

  private TextFile() {}

  /** All of a file; EFBIG over 16 MiB. */
  static String read(FileDevice file) throws ErrnoException {
    if (file.size() > LARGEST) {
      throw new ErrnoException(Errno.EFBIG, file + " is not a text dmsnap wrote: over 16 MiB");
    }
    byte[] bytes = new byte[(int) file.size()];
    long memory = MEMORY.allocateMemory(Math.max(1, bytes.length), false);
    try {
      file.read(0, new NativeBuffer().wrap(memory, bytes.length), bytes.length);
      MEMORY.getByteArray(memory, bytes, 0, bytes.length);
    } finally {
      MEMORY.freeMemory(memory);
    }
    return new String(bytes, StandardCharsets.UTF_8);
  }

  /** Makes {@code text} all that a file holds. */
  static void write(BlockDevice file, String text) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    if (bytes.length > LARGEST) {
      throw new ErrnoException(Errno.EFBIG, file + " would be over 16 MiB and not be read again");
    }
    file.resize(bytes.length);
    long memory = MEMORY.allocateMemory(Math.max(1, bytes.length), false);
    try {
      MEMORY.putByteArray(memory, bytes, 0, bytes.length);
      file.write(0, new NativeBuffer().wrap(memory, bytes.length), bytes.length);
    } finally {
      MEMORY.freeMemory(memory);
    }
  }

  /** As {@link BackingDirectory#replaceText}: the order of the lines is the order on disk. */
  static void replace(
      BackingDirectory directory, String name, String text, BackingDirectory.Check check)
      throws IOException {
    String fresh = "." + name + ".new";
    check.run(); // before another's new file is taken for a leftover
    if (directory.holds(fresh)) {
      directory.delete(fresh);
    }
    try (BlockDevice file = directory.create(fresh, 0)) {
      write(file, text);
      file.sync();
      check.run();
      directory.replace(fresh, name);
    } catch (IOException | RuntimeException failure) {
      cleanUp(directory, fresh, failure);
      throw failure;
    }
    directory.sync();
  }

  private static void cleanUp(BackingDirectory directory, String fresh, Exception failure) {
    try {
      if (directory.holds(fresh)) {
        directory.delete(fresh);
      }
    } catch (IOException | RuntimeException also) {
      failure.addSuppressed(also);
    }
  }
}
