package org.dmsnap.cli.doctor;

import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import jnr.constants.platform.Errno;
import org.dmsnap.block.ErrnoException;
import org.dmsnap.block.FileDirectory;
import org.dmsnap.cli.doctor.Diagnosis.Findings;
import org.dmsnap.cli.terminal.ErrorLine;
import org.dmsnap.kernel.FileName;
import org.dmsnap.kernel.Mount;
import org.dmsnap.kernel.MountTable;
import org.dmsnap.pool.load.PoolCheck;
import org.dmsnap.store.Finding;

/**
 * Looks at a pool that may be mounted.
 *
 * @param pool its directory, absolute and without links
 * @param findings is told
 */
public record PoolDoctor(Path pool, Findings findings) {

  private static final double MIB = 1 << 20;
  private static final double GIB = 1 << 30;
  private static final int LITTLE_PERCENT = 10;
  private static final int TOO_LITTLE_PERCENT = 1;
  private static final int ALL = 100;
  private static final Duration PATIENCE = Duration.ofSeconds(2);

  /** Looks at it and, if it is mounted, at the mounts, for which rates are measured. */
  public void look(long sampleMillis) throws IOException {
    List<Mount> mounts = MountTable.read().ofPool(pool);
    if (mounts.isEmpty()) {
      unmounted();
      place();
    }
    for (Mount mount : mounts) {
      new SleepDoctor(mount, findings).look(sampleMillis);
    }
  }

  private void unmounted() throws IOException {
    try (FileDirectory locked = FileDirectory.lock(pool, true, PATIENCE)) {
      long before = findings.problems();
      PoolCheck.check(locked, this::tell);
      if (findings.problems() == before) {
        findings.ok(
            "pool " + FileName.of(pool),
            "it is not mounted, nobody holds it, and nothing is wrong");
      }
    } catch (ErrnoException held) {
      if (held.errno() != Errno.EBUSY) {
        throw held;
      }
      findings.problem(
          "lock",
          ErrorLine.reason(held),
          "end that process if it is no mount; if none is named, look on other machines");
    }
  }

  private void tell(Finding found) {
    if (found.severity() == Finding.Severity.NOTE) {
      findings.note(found.file(), found.text(), "");
    } else {
      findings.problem(found.file(), found.text(), "see: dmsnap check " + FileName.of(pool));
    }
  }

  /** Looks at the file system that it lies on. */
  void place() throws IOException {
    Mount beneath = MountTable.read().holding(pool);
    if (beneath != null) {
      new LockReach(beneath).tell(findings);
    }
    space();
  }

  /** Looks how much room there is for what the pool has promised. */
  private void space() throws IOException {
    if (FileName.of(pool).equals(pool.toString())) {
      File store = pool.toFile(); // a FileStore would look for the mount, which a chroot hides
      space(store.getUsableSpace(), store.getTotalSpace());
    } else {
      try (FileDirectory open = FileDirectory.open(pool)) { // whose name Java cannot say
        space(open.freeBytes(), open.totalBytes());
      }
    }
  }

  private void space(long free, long total) {
    long percent = free / Math.max(1, total / ALL);
    boolean large = free >= GIB;
    String text =
        String.format(
            Locale.ROOT,
            "%.2f %s, %d %% of the file system, are free",
            free / (large ? GIB : MIB),
            large ? "GiB" : "MiB",
            percent);
    String advice = "make room: when it is full, snapshots become Invalid and writes fail";
    if (percent < TOO_LITTLE_PERCENT) {
      findings.problem("space of " + FileName.of(pool), text, advice);
    } else if (percent < LITTLE_PERCENT) {
      findings.note("space of " + FileName.of(pool), text, advice);
    } else {
      findings.ok("space of " + FileName.of(pool), text);
    }
  }
}
