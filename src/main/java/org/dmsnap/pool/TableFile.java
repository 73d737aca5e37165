package org.dmsnap.pool;

import java.io.IOException;
import java.util.function.UnaryOperator;
import org.dmsnap.block.BackingDirectory;

/**
 * {@code pool.table} on disk, and what it says.
 *
 * <p>Any number of threads; its lock is the innermost of the pool's: whoever holds it waits for
 * nothing but the disk.
 */
final class TableFile {

  private final BackingDirectory directory;
  private PoolTable table; // guarded by this
  private String onDisk; // guarded by this
  private boolean uncertain; // guarded by this

  /** The file in {@code directory}, whose content is {@code text} and says {@code table}. */
  TableFile(BackingDirectory directory, PoolTable table, String text) {
    this.directory = directory;
    this.table = table;
    this.onDisk = text;
  }

  /** What it says. */
  synchronized PoolTable current() {
    return table;
  }

  /**
   * Changes it, atomically and durably.
   *
   * @throws IOException if that failed; it then says what it said before, or is {@link
   *     #uncertain()}
   */
  synchronized void change(UnaryOperator<PoolTable> change) throws IOException {
    PoolTable changed = change.apply(table);
    String text = changed.toString();
    if (!text.equals(onDisk) || uncertain) {
      replace(text);
    }
    table = changed;
  }

  /**
   * Whether the last change failed in a way that leaves open which of the two texts a power cut
   * would leave: files of either must then stay.
   */
  synchronized boolean uncertain() {
    return uncertain;
  }

  /** Ends {@link #uncertain()}: what it says is on disk when this returns. */
  synchronized void settle() throws IOException {
    change(same -> same);
  }

  private void replace(String text) throws IOException {
    try {
      directory.replaceText(PoolFiles.TABLE, text);
      onDisk = text;
      uncertain = false;
    } catch (IOException | RuntimeException failure) {
      uncertain = true;
      restore(failure);
      throw failure;
    }
  }

  private void restore(Exception failure) {
    try {
      directory.replaceText(PoolFiles.TABLE, onDisk);
      uncertain = false;
    } catch (IOException | RuntimeException again) {
      failure.addSuppressed(again);
    }
  }
}
