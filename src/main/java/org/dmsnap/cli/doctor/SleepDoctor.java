package org.dmsnap.cli.doctor;

import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import jnr.constants.platform.Errno;
import org.dmsnap.block.ErrnoException;
import org.dmsnap.cli.answer.Deadline;
import org.dmsnap.cli.doctor.Diagnosis.Findings;
import org.dmsnap.cli.terminal.ErrorLine;
import org.dmsnap.kernel.Mount;

/**
 * Looks at a mount whose server may not answer; that keeps nobody from looking at others.
 *
 * @param mount where it is
 * @param findings is told
 */
public record SleepDoctor(Mount mount, Findings findings) {

  /** Looks at all there is, see {@link MountDoctor#look}. */
  public void look(long sampleMillis) throws IOException {
    Findings answers = new Findings(); // of its own, for a thread that is stuck may go on with it
    boolean answered =
        whileAnswering(
            () -> {
              new MountDoctor(mount, answers).look(sampleMillis);
              return true;
            });
    if (answered) {
      findings.add(answers);
    }
  }

  /** Looks only whether it answers, whatever, and says so if it does not. */
  public void lookWhetherAsleep() throws IOException {
    whileAnswering(() -> Files.exists(mount.path()));
  }

  private boolean whileAnswering(Deadline.Work<Boolean> look) throws IOException {
    try {
      Deadline.of(List.of(mount.path())).during(look);
      return true;
    } catch (ErrnoException silent) {
      if (silent.errno() != Errno.ETIMEDOUT) {
        throw silent;
      }
      findings.problem("mount " + mount.mountpoint(), ErrorLine.reason(silent), "");
      return false;
    }
  }
}
