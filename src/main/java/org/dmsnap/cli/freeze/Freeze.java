package org.dmsnap.cli.freeze;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import jnr.constants.platform.Errno;
import org.dmsnap.block.ErrnoException;
import org.dmsnap.cli.terminal.ErrorLine;

/**
 * File systems that are frozen until this is closed.
 *
 * <p>Each has a guard, a shell in a session of its own, which freezes it, waits for the end of a
 * pipe, and thaws it. The pipe ends when this is closed and when this process ends, however it
 * does: a signal that kills it included.
 */
public final class Freeze implements AutoCloseable {

  private static final String FROZEN = "frozen";
  private static final String GUARD =
      "fsfreeze --freeze \"$1\" && { echo "
          + FROZEN
          + "; while read -r _; do :; done; exec fsfreeze --unfreeze \"$1\"; }";

  private final Deque<Guard> guards = new ArrayDeque<>(); // guarded by this

  /** A guard of what is mounted on {@code mountpoint}. */
  private record Guard(String mountpoint, Process process, BufferedReader output) {

    static Guard start(String mountpoint) throws IOException {
      Process process =
          new ProcessBuilder("setsid", "sh", "-c", GUARD, "dmsnap-guard", mountpoint)
              .redirectErrorStream(true)
              .start();
      return new Guard(
          mountpoint,
          process,
          new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8)));
    }

    void awaitFrozen() throws IOException {
      String said = Objects.requireNonNullElse(output.readLine(), "fsfreeze did not start");
      if (!said.equals(FROZEN)) {
        throw new ErrnoException(
            Errno.EIO,
            "cannot freeze the file system on "
                + mountpoint
                + ": "
                + said.replaceFirst("^fsfreeze: ", "")
                + "; it needs root, and a file system that can; without --freeze, sync it first");
      }
    }

    /** Thaws, and waits for that; what went wrong, or nothing. */
    String thaw() throws IOException {
      process.getOutputStream().close();
      String said = output.lines().collect(Collectors.joining(" ")); // until it ends
      return process.onExit().join().exitValue() == 0 ? "" : mountpoint + ": " + said;
    }
  }

  private Freeze() {
    Runtime.getRuntime().addShutdownHook(new Thread(this::closeOnSignal, "thaw"));
  }

  /**
   * Freezes the file systems at {@code mountpoints}.
   *
   * @throws ErrnoException if one of them cannot be; none is frozen then
   */
  public static Freeze of(List<String> mountpoints) throws IOException {
    Freeze freeze = new Freeze();
    try {
      for (String mountpoint : mountpoints) {
        freeze.add(mountpoint);
      }
      return freeze;
    } catch (IOException | RuntimeException failure) {
      freeze.close();
      throw failure;
    }
  }

  private void add(String mountpoint) throws IOException {
    Guard guard = Guard.start(mountpoint);
    guard.awaitFrozen(); // if this process ends meanwhile, so does the pipe
    synchronized (this) {
      guards.push(guard);
    }
  }

  /**
   * Thaws them all, the last first.
   *
   * @throws ErrnoException if one cannot be thawed, saying what to do
   */
  @Override
  public void close() throws IOException {
    List<String> failures = thawAll();
    if (!failures.isEmpty()) {
      throw new ErrnoException(
          Errno.EIO,
          "cannot thaw " + String.join("; ", failures) + "; try: fsfreeze --unfreeze MOUNTPOINT");
    }
  }

  private synchronized List<String> thawAll() throws IOException {
    List<String> failures = new ArrayList<>();
    while (!guards.isEmpty()) {
      String failure = guards.pop().thaw();
      if (!failure.isEmpty()) {
        failures.add(failure);
      }
    }
    return failures;
  }

  private void closeOnSignal() {
    try {
      close();
    } catch (IOException failure) {
      System.err.println("dmsnap: " + ErrorLine.reason(failure));
    }
  }
}
