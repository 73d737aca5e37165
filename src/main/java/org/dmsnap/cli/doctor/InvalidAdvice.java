package org.dmsnap.cli.doctor;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.dmsnap.cli.doctor.Diagnosis.Findings;
import org.dmsnap.cli.mounted.MountedPool;
import org.dmsnap.kernel.Mount;

/**
 * What to do about a snapshot that is shown as Invalid.
 *
 * @param findings are told
 * @param mount of its pool
 * @param rows of all volumes, as lvs shows them
 */
record InvalidAdvice(Findings findings, Mount mount, List<Map<String, String>> rows) {

  private static final int PERMISSIONS = 1; // which of the letters of lv_attr

  /** Tells of the snapshot {@code name}, which reads through {@code origin}. */
  void tell(String name, String origin) {
    String about = "volume " + name;
    String reset = "dmsnap reset " + mount.mountpoint() + " " + name;
    if (List.of(mount.options().split(",", -1)).contains("ro")) {
      findings.problem(
          about,
          "the snapshot is Invalid, or could not be loaded",
          "see: dmsnap log " + mount.mountpoint() + "; mount it without ro to reset it");
    } else if (isInvalid(origin)) {
      findings.problem(
          about,
          "it is Invalid, as " + origin + " is, which it reads through",
          "dmsnap remove " + mount.mountpoint() + " " + name);
    } else if (letter(origin, PERMISSIONS) == 'r') {
      findings.problem(
          about,
          "it is shown as Invalid, and its origin is read-only: perhaps its COW device could not be"
              + " loaded (see: dmsnap log "
              + mount.mountpoint()
              + ")",
          "bring a missing or damaged COW file back and mount again; or give up what it held: "
              + reset);
    } else {
      findings.problem(
          about, "the snapshot is Invalid: what it held is lost", reset + " makes it a new one");
    }
  }

  private boolean isInvalid(String name) {
    char state = letter(name, MountedPool.STATE);
    return state == 'I' || state == 'S';
  }

  private char letter(String name, int which) {
    for (Map<String, String> row : rows) {
      if (name.equals(row.get("lv_name"))) {
        return Objects.requireNonNullElse(row.get("lv_attr"), "----------").charAt(which);
      }
    }
    return '-';
  }
}
