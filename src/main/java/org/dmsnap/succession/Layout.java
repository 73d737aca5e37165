package org.dmsnap.succession;

import java.io.IOException;
import jnr.constants.platform.Errno;
import org.dmsnap.block.BufferPool;
import org.dmsnap.block.ErrnoException;
import org.dmsnap.block.HandedOn;
import org.dmsnap.block.SharedMemory;

/**
 * Where in the shared memory of a pool what lies: four tables behind a page that says how much of
 * each was ever used. Each record has a size that divides all larger ones, so that none lies across
 * a page, or a {@link SharedMemory#PIECE}, without filling it.
 *
 * <pre>
 *         64  how many volumes were ever used; 128 exceptions, 192 buffers
 *       4096  volumes, 1 KiB each: {@link Legacy}
 *             exceptions, 32 bytes each: {@link LeftExceptions}
 *             notes of the blocks, 16 bytes each: {@link SharedBlocks}
 *             their buffers, 256 KiB each, of 64 blocks
 * </pre>
 *
 * @param memory the memory
 * @param buffers how many there is room for; of the rest that is the same for all
 */
record Layout(SharedMemory memory, int buffers) {

  /** What the shared memory of a pool is kept as. */
  static final String NAME = "volumes";

  /** Goes up with every change of what lies in it. */
  static final int VERSION = 1;

  static final int VOLUME_BYTES = 1024;
  static final int EXCEPTION_BYTES = 32;
  static final int NOTE_BYTES = 16;
  static final int BUFFER_BYTES = BufferPool.BUFFER_BYTES;
  static final int BLOCK_BYTES = 4096;
  static final int BLOCKS = BUFFER_BYTES / BLOCK_BYTES; // of a buffer

  private static final int PAGE = 4096;
  private static final int VOLUMES_USED = 64;
  private static final int EXCEPTIONS_USED = 128;
  private static final int BUFFERS_USED = 192;

  private static final int MOST_VOLUMES = 1 << 14;
  private static final int MOST_EXCEPTIONS = 1 << 20;
  private static final int MOST_BUFFERS = 1 << 20;

  private static final long EXCEPTIONS_START = PAGE + (long) MOST_VOLUMES * VOLUME_BYTES;
  private static final long NOTES_START =
      EXCEPTIONS_START + (long) MOST_EXCEPTIONS * EXCEPTION_BYTES;

  /** What a predecessor left, or a new one with room for so many {@code buffers}. */
  static Layout of(HandedOn handedOn, int buffers) throws IOException {
    SharedMemory memory = SharedMemory.of(handedOn, NAME, VERSION, end(buffers));
    long found = (memory.size() - end(0)) / (BUFFER_BYTES + BLOCKS * NOTE_BYTES);
    while (found < MOST_BUFFERS && end(found) < memory.size()) {
      found++; // of which some bytes are between the tables
    }
    if (found < 0 || found > MOST_BUFFERS || end(found) != memory.size()) {
      throw unreadable("a size of " + memory.size() + " bytes");
    }
    return new Layout(memory, (int) found);
  }

  /** What is in the memory cannot be. */
  static ErrnoException unreadable(String what) {
    return new ErrnoException(
        Errno.EINVAL, "the state that the server before left is damaged: it has " + what);
  }

  Records volumeRecords() throws ErrnoException {
    return new Records(memory, VOLUMES_USED, PAGE, VOLUME_BYTES, MOST_VOLUMES);
  }

  Records exceptionRecords() throws ErrnoException {
    return new Records(memory, EXCEPTIONS_USED, EXCEPTIONS_START, EXCEPTION_BYTES, MOST_EXCEPTIONS);
  }

  Records bufferRecords() throws ErrnoException {
    return new Records(memory, BUFFERS_USED, buffersStart(buffers), BUFFER_BYTES, buffers);
  }

  /** Where the note of a block is. */
  long noteAt(long block) {
    return NOTES_START + block * NOTE_BYTES;
  }

  private static long buffersStart(long buffers) {
    long end = NOTES_START + buffers * BLOCKS * NOTE_BYTES;
    return (end + BUFFER_BYTES - 1) & -BUFFER_BYTES;
  }

  private static long end(long buffers) {
    return buffersStart(buffers) + buffers * BUFFER_BYTES;
  }
}
