package org.dmsnap.cli.doctor;

import java.io.IOException;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.dmsnap.cli.doctor.Diagnosis.Findings;
import org.dmsnap.cli.mounted.MountedPool;
import org.dmsnap.cli.mounted.Servers;
import org.dmsnap.kernel.KernelText;
import org.dmsnap.kernel.Mount;

/**
 * Whether a server that dies is replaced: what the kernel can, and how it is with a mount.
 *
 * @param findings is told
 */
record SuccessionDoctor(Findings findings) {

  private static final Pattern VERSION = Pattern.compile("(\\d+)\\.(\\d+).*", Pattern.DOTALL);
  private static final int MAJOR = 6; // since when requests come again
  private static final int MINOR = 9;

  /** Looks at the kernel of a system whose root is {@code root}. */
  void kernel(Path root) {
    String release = KernelText.value(root.resolve("proc/sys/kernel/osrelease"));
    Matcher version = VERSION.matcher(release);
    if (!version.matches()) {
      return;
    }
    int major = Integer.parseInt(version.group(1));
    boolean again = major > MAJOR || (major == MAJOR && number(version.group(2)) >= MINOR);
    if (again) {
      findings.ok("kernel", "Linux " + release + ", under which a server that dies is replaced");
    } else {
      findings.note(
          "kernel",
          "Linux "
              + release
              + " cannot send again what a dead server has left unanswered, so a"
              + " server that dies is not replaced, and its mount is dead",
          "Linux 6.9 and later can");
    }
    String most = KernelText.value(root.resolve("proc/sys/fs/fuse/max_request_timeout"));
    if (number(most) > 0) {
      findings.note(
          "kernel",
          "it ends a mount that does not answer for "
              + most
              + " s, also one whose server is just"
              + " being replaced, or one whose volume is suspended",
          "sysctl fs.fuse.max_request_timeout=0");
    }
  }

  private static int number(String text) {
    return text.matches("\\d{1,9}") ? Integer.parseInt(text) : 0;
  }

  /** Looks at a mount. */
  void mount(Mount mount, MountedPool pool) throws IOException {
    Servers servers = Servers.of(pool);
    long successions = servers.successions();
    String before =
        successions == 0
            ? ""
            : "; " + successions + (successions == 1 ? " was" : " were") + " before it";
    String about = "mount " + mount.mountpoint();
    if (servers.replaced()) {
      findings.ok(about, "its server is replaced should it die" + before);
    } else {
      findings.note(
          about,
          "its server is not replaced should it die" + before,
          "to have it so: mount it without keeper=off, under Linux 6.9 or later");
    }
  }
}
