package org.dmsnap.block;

import com.kenai.jffi.MemoryIO;
import java.io.IOException;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import jnr.constants.platform.Errno;
import org.dmsnap.kernel.OpenFile;

/**
 * A file in memory without a name, sealed and mapped: nobody without its descriptor reaches it, and
 * whoever has that cannot make it shorter.
 */
final class SharedFile {

  /** So much is mapped in one piece. */
  static final long PIECE = 1 << 30;

  private static final LibC LIBC = LibC.INSTANCE;
  private static final MemoryIO MEMORY = MemoryIO.getInstance();
  private static final int PAGE = 4096;

  // include/uapi/linux/memfd.h, fcntl.h
  private static final int CLOSE_ON_EXEC = 1;
  private static final int ALLOW_SEALING = 2;
  private static final int ADD_SEALS = 1033;
  private static final int GET_SEALS = 1034;
  private static final int SIZE_SEALS = 1 | 2 | 4; // of the seals, shrinking, growing

  private final int descriptor;
  private final long size;
  private final List<MappedByteBuffer> kept = new ArrayList<>(); // else they are unmapped
  private final long[] pieces;

  private SharedFile(int descriptor, long size) throws IOException {
    this.descriptor = descriptor;
    this.size = size;
    this.pieces = new long[Math.toIntExact((size + PIECE - 1) / PIECE)];
    try (FileChannel channel =
        FileChannel.open(
            OpenFile.of(descriptor), StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      for (int i = 0; i < pieces.length; i++) {
        long start = i * PIECE;
        MappedByteBuffer piece =
            channel.map(FileChannel.MapMode.READ_WRITE, start, Math.min(PIECE, size - start));
        kept.add(piece);
        pieces[i] = MEMORY.getDirectBufferAddress(piece);
      }
    }
  }

  /** A new one, all zero. */
  static SharedFile create(String name, long size) throws IOException {
    int descriptor = LIBC.memfd_create("dmsnap-" + name, CLOSE_ON_EXEC | ALLOW_SEALING);
    if (descriptor < 0) {
      throw LastErrno.failure("memfd_create");
    }
    try {
      if (LIBC.ftruncate(descriptor, size) < 0
          || LIBC.fcntl(descriptor, ADD_SEALS, SIZE_SEALS) < 0) {
        throw LastErrno.failure("memory for " + name);
      }
      return new SharedFile(descriptor, size);
    } catch (IOException | RuntimeException failure) {
      LIBC.close(descriptor);
      throw failure;
    }
  }

  /** One that a predecessor made, whose descriptor is this one's from now on. */
  static SharedFile takeOver(int descriptor, String name) throws IOException {
    try {
      long size = FileStat.of(descriptor).size();
      int seals = LIBC.fcntl(descriptor, GET_SEALS, 0);
      if (seals < 0 || (seals & SIZE_SEALS) != SIZE_SEALS || size < PAGE || size % PAGE != 0) {
        throw new ErrnoException(
            Errno.EINVAL, "what was handed on as " + name + " is not sealed memory");
      }
      return new SharedFile(descriptor, size);
    } catch (IOException | RuntimeException failure) {
      LIBC.close(descriptor);
      throw failure;
    }
  }

  int descriptor() {
    return descriptor;
  }

  long size() {
    return size;
  }

  long address(long position) {
    return pieces[(int) (position / PIECE)] + position % PIECE;
  }

  /** Gives the descriptor back; what is mapped stays until nobody knows of it any more. */
  void close() {
    LIBC.close(descriptor);
  }

  /** Has pages for a range that nobody else touches meanwhile, and in this process's tables. */
  void populate(long position, long length) throws ErrnoException {
    if (LIBC.fallocate(descriptor, 0, position, length) < 0) {
      throw LastErrno.failure("memory that outlives the server");
    }
    for (long at = position & -PAGE; at < position + length; at += PAGE) {
      MEMORY.putByte(address(at), MEMORY.getByte(address(at)));
    }
  }
}
