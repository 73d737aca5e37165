package org.dmsnap.cli;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import jnr.constants.platform.Errno;
import org.dmsnap.block.ErrnoException;
import org.dmsnap.cli.Diagnosis.Findings;

/**
 * Looks at a mounted pool.
 *
 * @param mount where it is
 * @param findings is told
 */
record MountDoctor(MountTable.Entry mount, Findings findings) {

  private static final int STATE = 4; // which of the letters of lv_attr
  private static final double SECOND_MILLIS = 1000;
  private static final int SOON_SECONDS = 600;
  private static final int MINUTE = 60;
  private static final int HOUR = 3600;
  private static final int DAY = 86_400;

  /** Looks at it, twice {@code sampleMillis} apart where there is something to be measured. */
  void look(long sampleMillis) throws IOException {
    if (!answers()) {
      return;
    }
    findings.ok(about(), "it shows " + mount.source() + ", and answers");
    MountedPool pool = new MountedPool(Path.of(mount.mountpoint()));
    new PoolDoctor(Path.of(mount.source()), findings).space();
    volumes(pool);
    fullness(pool, sampleMillis);
    for (String holder : Holders.of(Path.of(mount.mountpoint()))) {
      findings.note(about(), "held by " + holder, "end that before it is unmounted");
    }
  }

  private String about() {
    return "mount " + mount.mountpoint();
  }

  private boolean answers() {
    try {
      Files.readAttributes(Path.of(mount.mountpoint(), "ctl", "status"), BasicFileAttributes.class);
      return true;
    } catch (AccessDeniedException foreign) {
      findings.note(
          about(),
          "it is another user's, whose it is to look into",
          "ask them, or use allow_other");
    } catch (IOException dead) {
      findings.problem(
          about(),
          "nobody answers there any more: " + Main.reason(dead),
          "dmsnap mount "
              + mount.source()
              + " "
              + mount.mountpoint()
              + " clears it away, and so does: fusermount -u "
              + mount.mountpoint());
    }
    return false;
  }

  private void volumes(MountedPool pool) throws IOException {
    for (Map<String, String> row : LvsCommand.rows(pool.read("lvs"))) {
      String name = Objects.requireNonNullElse(row.get("lv_name"), "");
      String about = "volume " + name;
      switch (Objects.requireNonNullElse(row.get("lv_attr"), "-----").charAt(STATE)) {
        case 'I', 'S' ->
            findings.problem(
                about,
                "the snapshot is Invalid: what it held is lost",
                "dmsnap reset " + mount.mountpoint() + " " + name + " makes it a new one");
        case 'm', 'M' ->
            findings.problem(
                about,
                "its merge has failed",
                "see: dmsnap log "
                    + mount.mountpoint()
                    + "; once the cause is gone, unmount and mount again");
        case 's' ->
            findings.note(
                about,
                "writes are held by suspend",
                "dmsnap resume " + mount.mountpoint() + " ORIGIN lets them go on");
        default -> {}
      }
    }
  }

  private void fullness(MountedPool pool, long sampleMillis) throws IOException {
    Map<String, Fullness> before = fullness(pool);
    if (before.isEmpty()) {
      return;
    }
    pause(sampleMillis);
    fullness(pool)
        .forEach(
            (name, now) -> {
              long used = before.getOrDefault(name, now).used();
              snapshot(name, now, (now.used() - used) / (sampleMillis / SECOND_MILLIS));
            });
  }

  private static Map<String, Fullness> fullness(MountedPool pool) throws IOException {
    Map<String, Fullness> all = new HashMap<>();
    DeviceLines.of(pool, "status", null)
        .lines()
        .forEach(
            (name, line) -> {
              if (line.contains(" snapshot ") && Fullness.ofStatus(line).total() > 0) {
                all.put(name, Fullness.ofStatus(line));
              }
            });
    return all;
  }

  /** Tells how full a snapshot is that fills by so many sectors a second. */
  private void snapshot(String name, Fullness now, double rate) {
    double seconds = rate > 0 ? (now.total() - now.used()) / rate : Double.POSITIVE_INFINITY;
    String text = String.format(Locale.ROOT, "%.2f %% full", now.percent());
    String words = rate > 0 ? text + ", and at this rate full in " + inWords(seconds) : text;
    if (now.nearlyFull() || seconds < SOON_SECONDS) {
      findings.problem(
          "snapshot " + name,
          words,
          "if it does not extend itself: dmsnap extend "
              + mount.mountpoint()
              + " "
              + name
              + " +SIZE");
    } else {
      findings.ok("snapshot " + name, words);
    }
  }

  /** Roughly, in the unit that fits. */
  static String inWords(double seconds) {
    List<String> units = List.of("s", "min", "h", "d");
    int[] lengths = {1, MINUTE, HOUR, DAY};
    int unit = 0;
    while (unit + 1 < lengths.length && seconds >= 2.0 * lengths[unit + 1]) {
      unit++;
    }
    return "about " + Math.round(seconds / lengths[unit]) + " " + units.get(unit);
  }

  private static void pause(long millis) throws ErrnoException {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new ErrnoException(Errno.EINTR, "interrupted", interrupted);
    }
  }
}
