package org.dmsnap.cli.mount;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import jnr.constants.platform.Errno;
import org.dmsnap.block.ErrnoException;
import org.dmsnap.kernel.ChildCommand;
import org.dmsnap.kernel.FileName;
import org.dmsnap.kernel.Mount;
import org.dmsnap.kernel.MountTable;
import org.dmsnap.kernel.UnaskedPath;

/**
 * What {@code -o remount} does: it changes what the kernel keeps of a mount, whether it is
 * read-only above all. What the server runs with stays as it was mounted.
 */
public final class Remount {

  private static final String REMOUNT = "remount";
  private static final int OWNER_WRITES = 0200; // of stat(2)

  /** Of mount(8), each of which the kernel keeps for a mount. */
  private static final Set<String> FLAGS =
      Set.of(
          ("ro rw suid nosuid dev nodev exec noexec atime noatime diratime nodiratime relatime"
                  + " norelatime strictatime nostrictatime lazytime nolazytime sync async dirsync"
                  + " symfollow nosymfollow")
              .split(" ", -1));

  /** What the kernel or mount(8) says of a mount, and mount(8) hands down with the rest. */
  private static final Predicate<String> SHOWN =
      Pattern.compile(
              "remount|bind|rbind|seclabel|(fd|rootmode|user_id|group_id|max_read|blksize)=.*")
          .asMatchPredicate();

  private Remount() {}

  /**
   * Whether that is asked for among {@code lists}, each as behind a {@code -o}.
   *
   * @throws IllegalArgumentException if it is, naming an option beside it that no mount has
   */
  public static boolean isAsked(List<String> lists) {
    List<String> words = lists.stream().flatMap(list -> OptionWords.of(list).stream()).toList();
    if (!words.contains(REMOUNT)) {
      return false;
    }
    MountOptionParser.understand(words.stream().filter(word -> !SHOWN.test(word)).toList());
    return true;
  }

  /**
   * Changes the mount at {@code mountpoint}. mount(8) hands down whatever the mount or its line in
   * fstab has; what is no flag of the kernel's stays as it is.
   */
  public static void change(Path mountpoint, List<String> lists) throws IOException {
    MountTable table = MountTable.read();
    Mount mount = table.at(UnaskedPath.of(mountpoint, table));
    if (mount == null || !mount.isDmsnap()) {
      throw new ErrnoException(
          Errno.EINVAL, FileName.of(mountpoint) + " is no mount of dmsnap to change");
    }
    Set<String> flags = new LinkedHashSet<>(List.of(mount.options().split(",", -1)));
    for (String list : lists) {
      OptionWords.of(list).stream().filter(FLAGS::contains).forEach(flag -> set(flags, flag));
    }
    if (flags.contains("rw") && servedReadOnly(mount)) {
      throw new ErrnoException(
          Errno.EROFS,
          mount.mountpoint()
              + " was mounted with ro, and its server keeps to that: unmount it, and mount it"
              + " without");
    }
    change(mount, String.join(",", flags));
  }

  /** The later counts, over its opposite, too. */
  private static void set(Set<String> flags, String flag) {
    if (flag.equals("ro") || flag.equals("rw")) {
      flags.removeAll(Set.of("ro", "rw"));
    }
    flags.remove(flag.startsWith("no") ? flag.substring(2) : "no" + flag);
    flags.remove(flag);
    flags.add(flag);
  }

  private static boolean servedReadOnly(Mount mount) throws IOException {
    Object mode = Files.getAttribute(mount.path().resolve("ctl/create"), "unix:mode");
    return mode instanceof Integer bits && (bits & OWNER_WRITES) == 0;
  }

  private static void change(Mount mount, String flags) throws IOException {
    Process process =
        new ProcessBuilder(
                ChildCommand.of(
                    List.of(
                        "mount",
                        "-i",
                        "--options-mode",
                        "ignore",
                        "-o",
                        REMOUNT + "," + flags,
                        mount.mountpoint())))
            .redirectErrorStream(true)
            .start();
    process.getOutputStream().close();
    String said = FileName.of(process.getInputStream().readAllBytes());
    if (process.onExit().join().exitValue() != 0) {
      throw new ErrnoException(
          Errno.EBUSY, "cannot change the mount: " + said.strip().replaceFirst("^mount: ", ""));
    }
  }
}
