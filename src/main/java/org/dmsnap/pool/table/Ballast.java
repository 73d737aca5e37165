package org.dmsnap.pool.table;

import java.io.IOException;
import org.dmsnap.block.BackingDirectory;
import org.dmsnap.block.BlockDevice;
import org.dmsnap.block.BufferPool;
import org.dmsnap.block.NativeBuffer;
import org.jspecify.annotations.Nullable;

/**
 * A little space kept on the pool's file system, in a file without a name: dropped when there is
 * none left, so that what gives back space, or must be known, can still be written down.
 *
 * <p>Not thread-safe: {@link TableFile} guards it.
 */
final class Ballast {

  private static final int BYTES = 64 << 10;

  private final BackingDirectory directory;
  private @Nullable BlockDevice file;

  Ballast(BackingDirectory directory) {
    this.directory = directory;
  }

  /** Takes the space, or as much of it as there is; why not all, or null. */
  @Nullable IOException take() {
    try {
      drop();
      fill(directory.createUnnamed(BYTES));
      return null;
    } catch (IOException failure) {
      return failure; // it is full already perhaps, and will say so whenever it matters
    }
  }

  private void fill(BlockDevice taken) throws IOException {
    file = taken;
    NativeBuffer zeroes = BufferPool.borrow();
    try {
      zeroes.putZeroes(BYTES);
      taken.write(0, zeroes.seek(0), BYTES); // a hole would take none
    } finally {
      BufferPool.giveBack(zeroes);
    }
  }

  /** Gives it back. */
  void drop() throws IOException {
    BlockDevice taken = file;
    file = null;
    if (taken != null) {
      taken.close();
    }
  }
}
