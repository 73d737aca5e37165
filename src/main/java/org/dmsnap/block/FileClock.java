package org.dmsnap.block;

import java.util.Collection;
import java.util.concurrent.TimeUnit;
import jnr.constants.platform.Errno;

/**
 * The clock that file systems have their times from: it ticks 100 times a second at the least, and
 * what it says is cut to what a file system can keep, whole seconds or even ones (vfat) at worst.
 * Newer kernels give finer times to files that were looked at (multigrain timestamps), but neither
 * all file systems do nor all kernels.
 */
final class FileClock {

  private static final long TICK = TimeUnit.MILLISECONDS.toNanos(20);
  private static final long COARSE_TICK = TimeUnit.SECONDS.toNanos(2) + TICK;

  private FileClock() {}

  /**
   * Returns once what is changed later has other times than {@code noted}, which were looked at
   * before the call.
   */
  static void awaitTick(Collection<FileTimes> noted) throws ErrnoException {
    long now = TimeUnit.MILLISECONDS.toNanos(System.currentTimeMillis());
    long longest = 0;
    for (FileTimes times : noted) {
      longest = Math.max(longest, pause(times, now));
    }
    try {
      TimeUnit.NANOSECONDS.sleep(longest);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new ErrnoException(Errno.EINTR, "interrupted while the clock was to tick", interrupted);
    }
  }

  /**
   * How long to wait at {@code now}: until the tick is over, if it is one of this machine's clock;
   * for a whole one, if it lies in the future, as another machine's may.
   */
  static long pause(FileTimes noted, long now) {
    if (!noted.coarse()) {
      return TICK;
    }
    long age = Math.max(0, now - noted.latest());
    return Math.max(TICK, COARSE_TICK - age);
  }
}
