package org.dmsnap.fuse;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import jnr.constants.platform.Errno;
import org.dmsnap.block.ErrnoException;
import org.dmsnap.kernel.FileName;
import org.dmsnap.kernel.Mount;
import org.dmsnap.kernel.Proc;

/** The option words that libfuse and the kernel are given for a mount. */
final class LibFuseOptions {

  private static final Path FUSE_CONF = Path.of("/etc/fuse.conf");
  private static final String USER_ALLOW_OTHER = "user_allow_other";

  /** Reads as large as may be. The kernel checks who may do what by modes and owners. */
  private static final List<String> ALWAYS =
      List.of("max_read=" + Negotiation.MAX_BYTES, "subtype=dmsnap", "default_permissions");

  private final List<String> words = new ArrayList<>(ALWAYS);
  private final List<String> warnings = new ArrayList<>();

  /**
   * @throws ErrnoException EPERM if other users were asked for and the system does not let them in
   */
  LibFuseOptions(MountOptions options, boolean root) throws ErrnoException {
    words.add("fsname=" + escape(Mount.sourceOf(options.source())));
    if (options.readOnly()) {
      words.add("ro");
    }
    addHandedOn(options.handedOn(), root);
    addAccess(options, root, root || userAllowOther(FUSE_CONF));
  }

  /** The words of libfuse's command line, program name first; {@code -f}: do not fork. */
  List<String> arguments(Path mountpoint) {
    return List.of("dmsnap", "-f", "-o", String.join(",", words), FileName.of(mountpoint));
  }

  /** Whether, of other users, only root may come in: the kernel lets in all, for all that asks. */
  boolean rootAlone() {
    return words.contains("allow_root");
  }

  /** What the mounter should read. */
  List<String> warnings() {
    return warnings;
  }

  /**
   * A comma within a context is its own: escaped for libfuse, and in quotes for the kernel.
   *
   * @throws ErrnoException if they are contexts that nobody would take
   */
  private void addHandedOn(List<String> options, boolean root) throws ErrnoException {
    for (String option : options) {
      int value = option.indexOf('=') + 1;
      if (value > 0) {
        refuseContext(option.substring(0, value), root);
      }
      words.add(escape(option));
    }
  }

  private static void refuseContext(String name, boolean root) throws ErrnoException {
    if (!root) {
      throw new ErrnoException(
          Errno.EPERM, name + " is for root alone: mount as root, or leave it out");
    }
    if (!Proc.mayHaveSelinux()) { // or else the kernel will say
      throw new ErrnoException(
          Errno.EINVAL, name + " needs SELinux, which is not in use here: leave it out");
    }
  }

  private void addAccess(MountOptions options, boolean root, boolean allowed)
      throws ErrnoException {
    String asked = options.allowOther() ? "allow_other" : options.allowRoot() ? "allow_root" : "";
    if (!asked.isEmpty() && !allowed) {
      throw new ErrnoException(
          Errno.EPERM,
          asked + " is refused by this system: add the line \"user_allow_other\" to " + FUSE_CONF);
    }
    if (!asked.isEmpty()) {
      words.add(asked);
    } else if (!root && allowed) {
      words.add("allow_root");
    } else if (!root) {
      warnings.add(
          "root cannot loop-mount these volumes: add the line \"user_allow_other\" to "
              + FUSE_CONF
              + " and mount again");
    }
  }

  /** Whether users may let others in: a line of its own says so. */
  static boolean userAllowOther(Path conf) {
    try {
      return Files.readAllLines(conf, StandardCharsets.ISO_8859_1).stream()
          .anyMatch(line -> line.strip().equals(USER_ALLOW_OTHER));
    } catch (IOException absent) {
      return false; // as fusermount sees it
    }
  }

  private static String escape(String text) {
    return text.replace("\\", "\\\\").replace(",", "\\,");
  }
}
