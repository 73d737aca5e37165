package org.dmsnap.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Shows on a terminal that what takes longer than a second goes on: how much has been read, by the
 * kernel's count. How much there is to be read is not known before it has been.
 */
final class Working implements AutoCloseable {

  private static final Path STANDARD_ERROR = Path.of("/proc/self/fd/2");
  private static final Path COUNTS = Path.of("/proc/self/io");
  private static final String READ = "rchar: ";
  private static final long FIRST_MILLIS = 1000;
  private static final long NEXT_MILLIS = 250;
  private static final double MIB = 1 << 20;
  private static final String CLEAR = "\r\u001b[K";

  private final CountDownLatch over = new CountDownLatch(1);
  private final Thread thread;

  private Working(String what, PrintWriter err, Path counts, long firstMillis) {
    thread = new Thread(() -> show("  " + what + ": ", err, counts, firstMillis), "working");
    thread.setDaemon(true);
  }

  /**
   * What takes long.
   *
   * @param <T> what it results in
   */
  interface Work<T> {
    /** Does it. */
    T run() throws IOException;
  }

  /** Does {@code work}, and shows it on standard error, {@code err}, if that is a terminal. */
  static <T> T during(String what, PrintWriter err, Work<T> work) throws IOException {
    boolean tty = Terminal.isTerminal(STANDARD_ERROR);
    Working working = at(what, err, COUNTS, tty ? FIRST_MILLIS : Long.MAX_VALUE);
    try {
      return work.run();
    } finally {
      working.close();
    }
  }

  /** Shows it on {@code err}, a terminal, once {@code firstMillis} are over. */
  static Working at(String what, PrintWriter err, Path counts, long firstMillis) {
    Working working = new Working(what, err, counts, firstMillis);
    working.thread.start();
    return working;
  }

  private void show(String what, PrintWriter err, Path counts, long firstMillis) {
    try {
      if (over.await(firstMillis, TimeUnit.MILLISECONDS)) {
        return;
      }
      do {
        err.print(CLEAR + what + read(counts) + "\r");
        err.flush();
      } while (!over.await(NEXT_MILLIS, TimeUnit.MILLISECONDS));
      err.print(CLEAR);
      err.flush();
    } catch (InterruptedException asked) {
      Thread.currentThread().interrupt();
    }
  }

  /** How much this process has read so far, in words; see proc(5). */
  private static String read(Path counts) {
    try {
      for (String line : Files.readAllLines(counts)) {
        if (line.startsWith(READ)) {
          double bytes = Long.parseLong(line.substring(READ.length()).strip());
          return String.format(Locale.ROOT, "%.1f MiB read", bytes / MIB);
        }
      }
    } catch (IOException unknown) {
      return "at work"; // a kernel that does not count
    }
    return "at work";
  }

  /** It is over; the line is cleared when this returns. */
  @Override
  public void close() {
    over.countDown();
    try {
      thread.join();
    } catch (InterruptedException asked) {
      Thread.currentThread().interrupt();
    }
  }
}
