package org.dmsnap.cli.doctor;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import jnr.constants.platform.Errno;
import org.dmsnap.block.ErrnoException;
import org.dmsnap.cli.doctor.Diagnosis.Findings;
import org.dmsnap.cli.mounted.DeviceLines;
import org.dmsnap.cli.mounted.Fullness;
import org.dmsnap.cli.mounted.LvsRows;
import org.dmsnap.cli.mounted.MountedPool;
import org.dmsnap.cli.terminal.ErrorLine;
import org.dmsnap.kernel.FileName;
import org.dmsnap.kernel.Holders;
import org.dmsnap.kernel.KernelText;
import org.dmsnap.kernel.Mount;
import org.dmsnap.kernel.PoolServer;
import org.dmsnap.pool.change.CowSize;

/**
 * Looks at a mounted pool.
 *
 * @param mount where it is
 * @param findings is told
 */
public record MountDoctor(Mount mount, Findings findings) {

  private static final int TYPE = 0; // which of the letters of lv_attr
  private static final int STATE = MountedPool.STATE;
  private static final String REAL = "-real";
  private static final int CHUNK = 6; // which word of a snapshot's table line
  private static final double SECOND_MILLIS = 1000;
  private static final int SOON_SECONDS = 600;
  private static final int MINUTE = 60;
  private static final int HOUR = 3600;
  private static final int DAY = 86_400;

  /** Looks at it, twice {@code sampleMillis} apart where there is something to be measured. */
  public void look(long sampleMillis) throws IOException {
    if (!answers()) {
      return;
    }
    findings.ok(about(), "it shows " + FileName.of(mount.pool()) + ", and answers");
    MountedPool pool = new MountedPool(mount.path());
    Path source = mount.pool();
    if (PoolServer.hasLost(mount, PoolServer.of(mount))) {
      findings.problem(
          "pool " + FileName.of(source),
          "it is there no more, since its file system was unmounted beneath the mount, or it was"
              + " moved; the mount goes on in it",
          "copy what is needed out of " + mount.mountpoint() + ", and unmount that");
    } else {
      beneath(source, pool);
    }
    new SuccessionDoctor(findings).mount(mount, pool);
    volumes(pool);
    overflows(pool);
    fullness(pool, sampleMillis);
    for (String holder : Holders.of(mount.path())) {
      findings.note(about(), "held by " + holder, "end that before it is unmounted");
    }
  }

  private void beneath(Path source, MountedPool pool) throws IOException {
    new PoolDoctor(source, findings).place();
    for (String image : AttachedImages.of(Path.of("/"), source)) {
      findings.problem("pool " + FileName.of(source), image, "");
    }
    leftOut(source, pool);
  }

  /** What the table lists and the mount does not show, since its image is missing or unfit. */
  private void leftOut(Path source, MountedPool pool) throws IOException {
    Set<String> shown = new HashSet<>(pool.devices("status"));
    LvsRows.of(pool.read("lvs")).forEach(row -> shown.add(plainName(row)));
    for (String line : KernelText.value(source.resolve("pool.table")).lines().toList()) {
      String name = line.split(":", 2)[0];
      if (!line.startsWith("#") && !name.endsWith("-cow") && !shown.contains(name)) {
        findings.problem(
            "volume " + name,
            "pool.table lists it, and the mount has left it out",
            "see: dmsnap log " + mount.mountpoint());
      }
    }
  }

  private static String plainName(Map<String, String> row) {
    return Objects.requireNonNullElse(row.get("lv_name"), "").replaceAll("[\\[\\]]", "");
  }

  private String about() {
    return "mount " + mount.mountpoint();
  }

  private boolean answers() {
    try {
      Files.readAttributes(mount.path().resolve("ctl/status"), BasicFileAttributes.class);
      return true;
    } catch (AccessDeniedException foreign) {
      findings.note(
          about(),
          "it is another user's, whose it is to look into",
          "ask them, or use allow_other");
    } catch (IOException dead) {
      findings.problem(
          about(),
          "nobody answers there any more: " + ErrorLine.reason(dead),
          "dmsnap mount "
              + FileName.of(mount.pool())
              + " "
              + mount.mountpoint()
              + " clears it away, and so does: fusermount -uz "
              + mount.mountpoint());
      for (String holder : Holders.of(mount.path())) {
        findings.problem(
            about(), "left without a server: " + holder, "end or unmount that, and begin it anew");
      }
    }
    return false;
  }

  private void volumes(MountedPool pool) throws IOException {
    List<Map<String, String>> rows = LvsRows.of(pool.read("lvs"));
    for (Map<String, String> row : rows) {
      String name = plainName(row);
      if (attribute(row, TYPE) == 'S' && pool.devices("status").contains(name)) {
        due(pool, name, row.getOrDefault("origin", ""));
      }
      String about = "volume " + name;
      switch (attribute(row, STATE)) {
        case 'I', 'S' ->
            new InvalidAdvice(findings, mount, rows).tell(name, pool.readsThrough(name));
        case 'm', 'M' ->
            findings.problem(
                about,
                "its merge has failed",
                "see: dmsnap log "
                    + mount.mountpoint()
                    + "; once the cause is gone, unmount and mount again");
        case 's' -> {
          if (attribute(row, TYPE) != 's') { // a snapshot is held with its origin
            findings.note(
                about,
                "its writes and its snapshots' are held by suspend",
                "dmsnap resume " + mount.mountpoint() + " " + name + " lets them go on");
          }
        }
        default -> {}
      }
    }
  }

  private void due(MountedPool pool, String name, String origin) throws IOException {
    String due = "it is due to merge into " + origin;
    String through = pool.readsThrough(name);
    boolean direct = !pool.isReadThrough(name) && (through.isEmpty() || through.equals(origin));
    if (direct) {
      findings.note(
          "volume " + name,
          due + " once both are closed",
          "unmount or close what has them open, then it starts by itself");
    } else {
      findings.note(
          "volume " + name,
          due + " once what others read in it is theirs, and what it reads in others is its own",
          "wait for that; what it waits for itself, if it does, is in: dmsnap log "
              + mount.mountpoint());
    }
  }

  private static char attribute(Map<String, String> row, int letter) {
    return Objects.requireNonNullElse(row.get("lv_attr"), "----------").charAt(letter);
  }

  private void overflows(MountedPool pool) throws IOException {
    DeviceLines.of(pool, "status", null)
        .lines()
        .forEach(
            (name, line) -> {
              if (line.strip().endsWith(" snapshot Overflow")) {
                findings.problem(
                    "snapshot " + volume(name),
                    "Overflow: it can only be read, for a write to it found no room",
                    "dmsnap extend "
                        + mount.mountpoint()
                        + " "
                        + volume(name)
                        + " +SIZE, then unmount and mount the pool");
              }
            });
  }

  private void fullness(MountedPool pool, long sampleMillis) throws IOException {
    Map<String, Fullness> before = fullness(pool);
    if (before.isEmpty()) {
      return;
    }
    pause(sampleMillis);
    Map<String, String> tables = DeviceLines.of(pool, "table", null).lines();
    fullness(pool)
        .forEach(
            (name, now) -> {
              long used = before.getOrDefault(name, now).used();
              if (coversOrigin(tables.getOrDefault(name, ""), now)) {
                findings.ok(
                    "snapshot " + volume(name), percent(now) + ", with room for all of its origin");
              } else {
                snapshot(name, now, (now.used() - used) / (sampleMillis / SECOND_MILLIS));
              }
            });
  }

  /** Of one that others read through the numbers are in the lines of its -real. */
  private static String volume(String device) {
    return device.endsWith(REAL) ? device.substring(0, device.length() - REAL.length()) : device;
  }

  /** Whether there is room for a copy of every chunk, so that it does not matter how full it is. */
  private static boolean coversOrigin(String table, Fullness now) {
    String[] words = table.strip().split(" ");
    return words.length > CHUNK
        && now.total() >= CowSize.useful(Long.parseLong(words[1]), Integer.parseInt(words[CHUNK]));
  }

  private static String percent(Fullness now) {
    return String.format(Locale.ROOT, "%.2f %% full", now.percent());
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
  private void snapshot(String device, Fullness now, double rate) {
    String name = volume(device);
    double seconds = rate > 0 ? (now.total() - now.used()) / rate : Double.POSITIVE_INFINITY;
    String text = percent(now);
    String words = rate > 0 ? text + ", and at this rate full in " + inWords(seconds) : text;
    String advice =
        "if it does not extend itself: dmsnap extend " + mount.mountpoint() + " " + name + " +SIZE";
    if (now.nearlyFull()) {
      findings.problem("snapshot " + name, words, advice);
    } else if (seconds < SOON_SECONDS) {
      findings.note("snapshot " + name, words, advice);
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
