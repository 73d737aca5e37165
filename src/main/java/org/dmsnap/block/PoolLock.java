package org.dmsnap.block;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import jnr.constants.platform.Errno;
import org.dmsnap.kernel.FileName;
import org.dmsnap.kernel.Mount;
import org.dmsnap.kernel.MountTable;
import org.jspecify.annotations.Nullable;

/**
 * The lock of a pool: flock(2) on the directory itself, gone with its holder.
 *
 * <p>A holder without a mount is being closed (or is about to mount): it is waited for, until it
 * has let go, has mounted, or the wait is over, by default {@link #LONGEST_WAIT}.
 */
final class PoolLock {

  static final Duration LONGEST_WAIT = Duration.ofSeconds(30);
  private static final Duration POLL = Duration.ofMillis(50);

  // include/uapi/asm-generic/fcntl.h
  private static final int SHARED = 1;
  private static final int ALONE = 2;
  private static final int AT_ONCE = 4;

  private PoolLock() {}

  /** Locks an open directory until it is closed; EBUSY, naming the holder, if it stays held. */
  static void take(int fd, Path pool, boolean shared, Duration longestWait) throws IOException {
    int operation = (shared ? SHARED : ALONE) | AT_ONCE;
    long end = System.nanoTime() + longestWait.toNanos();
    while (LibC.INSTANCE.flock(fd, operation) < 0) {
      Errno errno = LastErrno.get();
      if (errno != Errno.EAGAIN && errno != Errno.EINTR) {
        throw LastErrno.failure("lock " + FileName.of(pool));
      }
      String mountpoint = mountpoint(pool);
      if (mountpoint != null || System.nanoTime() - end > 0) {
        throw held(fd, pool, mountpoint);
      }
      pause(pool);
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

  private static ErrnoException held(int fd, Path pool, @Nullable String mountpoint)
      throws IOException {
    String holder = holder(FileStat.of(fd));
    return new ErrnoException(
        Errno.EBUSY,
        "pool "
            + FileName.of(pool)
            + " is in use by "
            + (holder == null ? "another process" : holder)
            + (mountpoint == null ? "" : ", which shows it at " + mountpoint)
            + "; unmount it there first");
  }

  private static @Nullable String holder(FileStat stat) throws IOException {
    List<String> locks = Files.readAllLines(Path.of("/proc/locks"));
    String exact = holder(locks, " " + stat.deviceInLocks() + ":" + stat.inode() + " ");
    // a file system with subvolumes shows another device there than stat(2) does
    return exact != null ? exact : holder(locks, ":" + stat.inode() + " ");
  }

  private static @Nullable String holder(List<String> locks, String file) {
    for (String line : locks) {
      String[] words = line.strip().split(" +"); // 1: FLOCK ADVISORY WRITE 321 00:2f:77 0 EOF
      if (words.length > 4 && words[1].equals("FLOCK") && line.contains(file)) {
        return "process " + words[4] + command(words[4]);
      }
    }
    return null;
  }

  private static String command(String pid) {
    try {
      return " (" + Files.readString(Path.of("/proc", pid, "comm")).strip() + ")";
    } catch (IOException e) {
      return ""; // gone meanwhile, or of another PID namespace
    }
  }
}
