package org.dmsnap.cli.terminal;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.text.DecimalFormat;
import java.text.DecimalFormatSymbols;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import me.tongfei.progressbar.DelegatingProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.dmsnap.kernel.OpenFile;
import org.dmsnap.kernel.Proc;

/**
 * Shows on a terminal how far what takes longer than a second has come: how much has been read, by
 * the kernel's count, of what is expected, how fast, and the time that is left.
 */
public final class Working implements AutoCloseable {

  /** What is expected where nobody can tell. */
  public static final long UNKNOWN = -1;

  private static final long FIRST_MILLIS = 1000;
  private static final long NEXT_MILLIS = 250;
  private static final long MIB = 1 << 20;
  private static final String CLEAR = "\r\u001b[K";

  private final CountDownLatch over = new CountDownLatch(1);
  private final Path counts;
  private final long firstMillis;
  private final long before;
  private final Thread thread;

  private Working(String what, PrintWriter err, Path counts, long firstMillis, long expected) {
    this.counts = counts;
    this.firstMillis = firstMillis;
    before = Proc.bytesRead(counts);
    thread = new Thread(() -> show("  " + what, err, expected), "working");
    thread.setDaemon(true);
  }

  /**
   * What takes long.
   *
   * @param <T> what it results in
   */
  public interface Work<T> {
    /** Does it. */
    T run() throws IOException;
  }

  /** Does {@code work}, and shows it on standard error, {@code err}, if that is a terminal. */
  public static <T> T during(String what, PrintWriter err, Work<Long> expected, Work<T> work)
      throws IOException {
    if (!Terminal.isTerminal(OpenFile.STANDARD_ERROR)) {
      return work.run();
    }
    Working working = at(what, err, Proc.COUNTS, FIRST_MILLIS, bytes(expected));
    try {
      return work.run();
    } finally {
      working.close();
    }
  }

  /** Shows it on {@code err}, a terminal, once {@code firstMillis} are over. */
  static Working at(
      String what, PrintWriter err, Path counts, long firstMillis, long expectedBytes) {
    Working working = new Working(what, err, counts, firstMillis, expectedBytes);
    working.thread.start();
    return working;
  }

  private static long bytes(Work<Long> expected) {
    try {
      return expected.run();
    } catch (IOException unreadable) {
      return UNKNOWN; // the work will say why
    }
  }

  private void show(String what, PrintWriter err, long expected) {
    try {
      if (over.await(firstMillis, TimeUnit.MILLISECONDS)) {
        return;
      }
      try (ProgressBar bar = bar(what, err, expected)) {
        do {
          bar.stepTo(Proc.bytesRead(counts) - before);
          bar.refresh();
        } while (!over.await(NEXT_MILLIS, TimeUnit.MILLISECONDS));
      }
      err.print(CLEAR);
      err.flush();
    } catch (InterruptedException asked) {
      Thread.currentThread().interrupt();
    }
  }

  private ProgressBar bar(String what, PrintWriter err, long expected) {
    Terminal terminal = Terminal.ofThisProcess();
    int columns = Terminal.columns(true, System.getenv()) - 1; // the last one would wrap
    return new ProgressBarBuilder()
        .setTaskName(what)
        .setInitialMax(expected)
        .startsFrom(Proc.bytesRead(counts) - before, Duration.ofMillis(firstMillis))
        .setStyle(terminal.blocks() ? ProgressBarStyle.UNICODE_BLOCK : ProgressBarStyle.ASCII)
        .setUnit(" MiB", MIB)
        .showSpeed(new DecimalFormat("0.0", DecimalFormatSymbols.getInstance(Locale.ROOT)))
        .setUpdateIntervalMillis(Integer.MAX_VALUE) // we say when
        .setConsumer(new DelegatingProgressBarConsumer(line -> print(err, line), columns))
        .build();
  }

  private static void print(PrintWriter err, String line) {
    err.print("\r" + line);
    err.flush();
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
