package org.dmsnap.block;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import jnr.constants.platform.Errno;
import org.dmsnap.kernel.FileName;
import org.dmsnap.kernel.LeftMount;
import org.dmsnap.kernel.Mount;
import org.dmsnap.kernel.MountTable;
import org.jspecify.annotations.Nullable;

/**
 * The lock of a pool, gone with its holder: flock(2) on the directory itself, and within that the
 * {@link LockFile}, which travels to other machines where locks of the file system do.
 *
 * <p>A holder without a mount is being closed (or is about to mount): it is waited for, until it
 * has let go, has mounted, or the wait is over, by default {@link #LONGEST_WAIT}. So is one that
 * cannot be seen from here: the machine it ran on may have died.
 */
final class PoolLock implements Closeable {

  static final Duration LONGEST_WAIT = Duration.ofSeconds(30);
  private static final Duration POLL = Duration.ofMillis(50);

  // include/uapi/asm-generic/fcntl.h
  private static final int SHARED = 1;
  private static final int ALONE = 2;
  private static final int AT_ONCE = 4;

  private final FileOpener pool;
  private final boolean shared;
  private boolean local; // whether the directory itself is locked
  private volatile @Nullable LockFile file; // once locked; null if not there, or without locks
  private @Nullable String unsupported; // what has no locks, and how that was said

  private PoolLock(FileOpener pool, boolean shared) {
    this.pool = pool;
    this.shared = shared;
  }

  /** Locks an open directory until this is closed; EBUSY, naming the holder, if it stays held. */
  static PoolLock take(FileOpener pool, boolean shared, Duration longestWait) throws IOException {
    PoolLock lock = new PoolLock(pool, shared);
    long end = System.nanoTime() + longestWait.toNanos();
    while (!lock.tryAtOnce()) {
      String mountpoint = mountpoint(pool.path());
      if (mountpoint != null || System.nanoTime() - end > 0) {
        throw lock.held(mountpoint);
      }
      pause(pool.path());
    }
    return lock;
  }

  /**
   * The lock that a predecessor has taken on an open directory, and on this file unless it is -1.
   */
  static PoolLock inherited(FileOpener pool, boolean shared, int file) throws IOException {
    PoolLock lock = new PoolLock(pool, shared);
    lock.local = true;
    lock.file = file < 0 ? null : LockFile.inherited(file, shared, pool);
    return lock;
  }

  /** The descriptor of the file; -1 if there is none. */
  int file() {
    LockFile held = file;
    return held == null ? -1 : held.descriptor();
  }

  private boolean tryAtOnce() throws IOException {
    return lockDirectory() && lockFile();
  }

  private boolean lockDirectory() throws ErrnoException {
    int operation = (shared ? SHARED : ALONE) | AT_ONCE;
    if (local || LibC.INSTANCE.flock(pool.directory(), operation) >= 0) {
      local = true;
      return true;
    }
    Errno errno = LastErrno.get();
    if (OfdLock.unsupported(errno)) {
      unsupported = "flock: " + errno.description();
      return true;
    }
    if (errno != Errno.EAGAIN && errno != Errno.EINTR) {
      throw LastErrno.failure("lock " + FileName.of(pool.path()));
    }
    return false;
  }

  private boolean lockFile() throws IOException {
    try {
      file = LockFile.tryOpen(pool, shared);
      return file != null || (shared && !LockFile.exists(pool));
    } catch (ErrnoException failure) {
      if (!OfdLock.unsupported(failure.errno())) {
        throw failure;
      }
      unsupported = String.valueOf(failure.getMessage());
      return true;
    }
  }

  /**
   * What this does not keep out, for it knows no locks here; null if it is as good as the file
   * system's locks are.
   */
  @Nullable String warning() {
    if (unsupported == null) {
      return null;
    }
    String whom = local ? "another machine" : "another mount of it, here or on another machine";
    return "the file system of "
        + FileName.of(pool.path())
        + " has no locks ("
        + unsupported
        + "), so "
        + whom
        + " is not kept out: mount the pool in one place only";
  }

  /**
   * Whether it is held still, as far as can be told: a machine that was cut off may have lost it. A
   * file that somebody has deleted, while here the directory is locked, is made and locked anew: of
   * those who look for the file, whoever makes it first has the pool.
   */
  synchronized boolean mine() throws IOException {
    LockFile held = file;
    if (held == null || held.mine(pool)) {
      return true;
    }
    if (LockFile.exists(pool)) {
      return false;
    }
    return shared || (local && madeAnew(held));
  }

  private boolean madeAnew(LockFile deleted) throws IOException {
    LockFile anew = LockFile.tryOpen(pool, false);
    if (anew == null) {
      return false;
    }
    file = anew;
    deleted.close();
    return true;
  }

  /** Takes back what taking it has changed in the pool, if anything. */
  void undo() throws IOException {
    LockFile held = file;
    if (held != null) {
      held.undo(pool);
    }
  }

  /** Lets go of the file; the directory's lock goes when that is closed. */
  @Override
  public void close() throws IOException {
    LockFile held = file;
    if (held != null) {
      held.close();
    }
  }

  private static void pause(Path pool) throws ErrnoException {
    try {
      Thread.sleep(POLL.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ErrnoException(
          Errno.EINTR, "interrupted while waiting for " + FileName.of(pool), e);
    }
  }

  /** Where this pool is mounted; or null. */
  private static @Nullable String mountpoint(Path pool) throws IOException {
    List<Mount> mounts = MountTable.read().ofPool(pool);
    return mounts.isEmpty() ? null : mounts.get(0).mountpoint();
  }

  private ErrnoException held(@Nullable String mountpoint) throws IOException {
    String holder = local ? null : LockHolder.of(pool.directory()); // local: that is this process
    if (holder == null) {
      holder = LockHolder.ofFile(pool, LockFile.NAME);
    }
    boolean hidden = holder == null && mountpoint == null;
    return new ErrnoException(
        Errno.EBUSY,
        "pool "
            + FileName.of(pool.path())
            + " is in use by "
            + (holder == null ? "another process" : holder)
            + (mountpoint == null ? "" : ", which shows it at " + mountpoint)
            + (hidden ? ", which cannot be seen from here: perhaps on another machine" : "")
            + wayOut(mountpoint));
  }

  /** What to do about a holder. */
  private String wayOut(@Nullable String mountpoint) {
    List<String> users = mountpoint == null ? LeftMount.of(pool.path()).holders() : List.of();
    return users.isEmpty()
        ? "; unmount it there first"
        : ", though its mount was taken away; it ends by itself once this does not use it any"
            + " more: "
            + String.join("; ", users);
  }
}
