package org.dmsnap.pool.table;

import static java.util.Objects.requireNonNullElse;

import java.io.IOException;
import java.util.function.UnaryOperator;
import jnr.constants.platform.Errno;
import org.dmsnap.block.BackingDirectory;
import org.dmsnap.block.ErrnoException;
import org.jspecify.annotations.Nullable;

/**
 * {@code pool.table} on disk, and what it says.
 *
 * <p>It is replaced only while it is what this has written, or found: see {@link #checkOwn}.
 *
 * <p>Any number of threads; its lock is the innermost of the pool's: whoever holds it waits for
 * nothing but the disk.
 */
public final class TableFile {

  private final BackingDirectory directory;
  private final Ballast ballast; // guarded by this
  private PoolTable table; // guarded by this
  private String onDisk; // guarded by this
  private String attempted; // guarded by this: may be on disk instead while uncertain
  private boolean uncertain; // guarded by this
  private boolean foreign; // guarded by this: somebody else has written it

  /** The file in {@code directory}, whose content is {@code text} and says {@code table}. */
  public TableFile(BackingDirectory directory, PoolTable table, String text) {
    this.directory = directory;
    this.table = table;
    this.onDisk = text;
    this.attempted = text;
    this.ballast = new Ballast(directory);
  }

  /** Keeps space for {@link #changeThoughFull} until {@link #dropBallast}; why not, or null. */
  public synchronized @Nullable IOException takeBallast() {
    return ballast.take();
  }

  /** Gives back what {@link #takeBallast} took. */
  public synchronized void dropBallast() throws IOException {
    ballast.drop();
  }

  /** What it says. */
  public synchronized PoolTable current() {
    return table;
  }

  /**
   * Changes it, atomically and durably.
   *
   * @throws IOException if that failed; it then says what it said before, or is {@link
   *     #uncertain()}
   */
  public synchronized void change(UnaryOperator<PoolTable> change) throws IOException {
    PoolTable changed = change.apply(table);
    String text = changed.toString();
    if (!text.equals(onDisk) || uncertain) {
      replace(text);
    }
    table = changed;
  }

  /**
   * As {@link #change}, for what gives back space or must be known: on a full file system, too, as
   * long as the space kept for it lasts.
   */
  public synchronized void changeThoughFull(UnaryOperator<PoolTable> change) throws IOException {
    try {
      change(change);
    } catch (IOException failure) {
      if (!ErrnoException.saysFull(failure)) {
        throw failure;
      }
      ballast.drop();
      change(change);
      ballast.take();
    }
  }

  /**
   * Whether the last change failed in a way that leaves open which of the two texts a power cut
   * would leave: files of either must then stay.
   */
  public synchronized boolean uncertain() {
    return uncertain;
  }

  /** Ends {@link #uncertain()}: what it says is on disk when this returns. */
  public synchronized void settle() throws IOException {
    changeThoughFull(same -> same);
  }

  private void replace(String text) throws IOException {
    try {
      Commit.replacing(text, () -> directory.replaceText(PoolFiles.TABLE, text, this::checkOwn));
      onDisk = text;
      uncertain = false;
    } catch (IOException | RuntimeException failure) {
      doubt(text);
      if (uncertain) {
        restore(failure);
      }
      throw failure;
    }
  }

  /**
   * After a failure to write {@code text}: what is there by now, if it cannot be what was there for
   * sure. An earlier text that may be there stays so until another is seen in its place.
   */
  private void doubt(String text) {
    String there = readable();
    if (!uncertain || text.equals(there)) {
      attempted = text;
    }
    uncertain = uncertain || (!foreign && !onDisk.equals(there));
  }

  /**
   * Only what this wrote is replaced: what another mount has written since, or a person, is theirs,
   * and what this still knows is stale. Nothing is written from then on.
   */
  public synchronized void checkOwn() throws IOException {
    directory.checkLock();
    String there = requireNonNullElse(directory.readText(PoolFiles.TABLE), "");
    boolean own = there.equals(onDisk) || (uncertain && there.equals(attempted));
    foreign = foreign || !own;
    if (foreign) {
      throw new ErrnoException(
          Errno.ESTALE,
          PoolFiles.TABLE
              + " was changed by somebody else while the pool was mounted, and is left as it is:"
              + " this mount changes nothing any more; unmount it, see who did, and mount again");
    }
  }

  /** What the file says; null if it cannot be read. */
  private @Nullable String readable() {
    try {
      return requireNonNullElse(directory.readText(PoolFiles.TABLE), "");
    } catch (IOException | RuntimeException unreadable) {
      return null;
    }
  }

  private void restore(Exception failure) {
    try {
      directory.replaceText(PoolFiles.TABLE, onDisk, this::checkOwn);
      uncertain = false;
    } catch (IOException | RuntimeException again) {
      failure.addSuppressed(again);
    }
  }
}
