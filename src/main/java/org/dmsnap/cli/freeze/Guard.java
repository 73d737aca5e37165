package org.dmsnap.cli.freeze;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.util.Objects;
import jnr.constants.platform.Errno;
import org.dmsnap.block.ErrnoException;
import org.dmsnap.kernel.OpenFile;

/**
 * A process that thaws a file system in place of this one: when this one has ended before it said
 * that it did so, and when it does not for {@link #SECONDS}, for it may be stopped, or wait for
 * what is frozen itself.
 *
 * <p>It is there before anything is frozen, in a session of its own, holds the file system open,
 * and writes nothing afterwards. What it runs to thaw may lie on the file system: reading goes on.
 */
final class Guard {

  /** How long a file system is frozen at most; a snapshot is a matter of a fraction of one. */
  static final int SECONDS = 30;

  private static final String READY = "ready";
  private static final byte[] THAWED = "thawed\n".getBytes(US_ASCII);

  /**
   * Of a file on the file system and the seconds; a killed wait is repeated, an ended one is not.
   */
  private static final String SCRIPT =
      """
      trap '' HUP INT TERM PIPE
      for program in timeout head fsfreeze; do
        command -v $program >/dev/null || { echo $program is missing; exit 1; }
      done
      exec 3<"$1"
      echo %s
      while :; do
        over=
        word=$(timeout -s KILL "$2" head -n 1) && over=yes
        [ -z "$word" ] || exit 0
        fsfreeze --unfreeze /proc/self/fd/3 >/dev/null 2>&1
        [ -z "$over" ] || exit 0
      done
      """
          .formatted(READY);

  private final OutputStream word;

  private Guard(OutputStream word) {
    this.word = word;
  }

  /** A guard of the file system that the open file {@code fd} of this process is on. */
  static Guard of(int fd) throws IOException {
    String file = OpenFile.forOthers(fd).toString();
    Process process =
        new ProcessBuilder("setsid", "sh", "-c", SCRIPT, "dmsnap-guard", file, "" + SECONDS)
            .directory(new File("/"))
            .redirectErrorStream(true)
            .start();
    BufferedReader output =
        new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8));
    String said = Objects.requireNonNullElse(output.readLine(), "it did not start");
    if (!said.equals(READY)) {
      throw new ErrnoException(
          Errno.EIO,
          "nobody would thaw if this process were killed, so nothing is frozen: " + said);
    }
    return new Guard(process.getOutputStream());
  }

  /** Sends it home: the file system is thawed. */
  void release() {
    try (word) {
      word.write(THAWED);
    } catch (IOException killed) {
      return; // and not needed any more
    }
  }
}
