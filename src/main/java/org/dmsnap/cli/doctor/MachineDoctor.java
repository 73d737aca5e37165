package org.dmsnap.cli.doctor;

import java.io.File;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import org.dmsnap.cli.doctor.Diagnosis.Findings;
import org.dmsnap.cli.terminal.ErrorLine;
import org.dmsnap.fuse.LibFuse;
import org.dmsnap.kernel.LoopMounts;
import org.dmsnap.kernel.Mount;
import org.dmsnap.kernel.MountTable;

/**
 * Looks whether this machine has what a mount needs.
 *
 * @param root where {@code /dev}, {@code /etc}, {@code /proc} and {@code /sys} are
 * @param user who asks
 * @param path the directories of commands, as in {@code PATH}
 * @param findings is told
 */
public record MachineDoctor(Path root, String user, String path, Findings findings) {

  private static final int LEAST_JAVA = 17;
  private static final int SET_USER_ID = 04000; // S_ISUID of stat(2)

  /** Looks at this machine. */
  public static void look(Findings findings) {
    String path = Optional.ofNullable(System.getenv("PATH")).orElse("");
    new MachineDoctor(Path.of("/"), System.getProperty("user.name", ""), path, findings).look();
  }

  /** Looks at all there is. */
  public void look() {
    java();
    new SuccessionDoctor(findings).kernel(root);
    device();
    library();
    fusermount();
    configuration();
    appArmor();
    temporaryDirectory();
    loopDevices();
  }

  private void java() {
    String bits = System.getProperty("sun.arch.data.model", "?");
    String text = "Java " + Runtime.version() + ", " + bits + " bit";
    if (Runtime.version().feature() >= LEAST_JAVA && bits.equals("64")) {
      findings.ok("Java", text);
    } else {
      findings.problem("Java", text, "install a 64-bit Java " + LEAST_JAVA + " or later");
    }
  }

  private void device() {
    String about = "FUSE device";
    try {
      FileChannel.open(root.resolve("dev/fuse"), StandardOpenOption.READ, StandardOpenOption.WRITE)
          .close();
      findings.ok(about, "/dev/fuse can be opened");
    } catch (NoSuchFileException missing) {
      findings.problem(
          about,
          "there is no /dev/fuse",
          "load the module: modprobe fuse; a container has to be started with --device /dev/fuse");
    } catch (IOException refused) {
      findings.problem(
          about,
          "/dev/fuse cannot be opened: " + ErrorLine.reason(refused),
          "as root: chmod 666 /dev/fuse; a container has to be started with --device /dev/fuse"
              + " --cap-add SYS_ADMIN");
    }
  }

  private void library() {
    try {
      LibFuse.load();
      findings.ok("libfuse", LibFuse.NAME + " can be loaded");
    } catch (UnsatisfiedLinkError missing) {
      findings.problem(
          "libfuse",
          LibFuse.NAME + " cannot be loaded",
          "install libfuse2 (libfuse2t64 on newer systems)");
    }
  }

  private void fusermount() {
    for (String directory : path.split(File.pathSeparator)) {
      Path file = Path.of(directory).resolve("fusermount");
      if (Files.isExecutable(file)) {
        fusermount(file);
        return;
      }
    }
    findings.problem("fusermount", "it is in no directory of PATH", "install fuse3 (or fuse)");
  }

  private void fusermount(Path file) {
    if (!user.equals("root") && !runsAsRoot(file)) {
      findings.problem(
          "fusermount",
          file + " does not run as root, so you cannot mount",
          "as root: chmod u+s " + file);
    } else if (!Files.exists(root.resolve("etc/mtab"))) {
      findings.note(
          "fusermount",
          "there is no /etc/mtab, without which it unmounts for nobody but root",
          "as root: ln -s /proc/self/mounts /etc/mtab");
    } else {
      findings.ok("fusermount", file.toString());
    }
  }

  private static boolean runsAsRoot(Path file) {
    try {
      return Files.getAttribute(file, "unix:mode") instanceof Integer mode
          && (mode & SET_USER_ID) != 0;
    } catch (IOException unknown) {
      return true;
    }
  }

  private void configuration() {
    if (lines("etc/fuse.conf").stream().anyMatch(line -> line.strip().equals("user_allow_other"))) {
      findings.ok("fuse.conf", "users may let root in (user_allow_other)");
    } else {
      findings.note(
          "fuse.conf",
          "root cannot loop-mount the volumes of what another user has mounted",
          "add the line user_allow_other to /etc/fuse.conf, if it should");
    }
  }

  private void appArmor() {
    boolean confined =
        lines("sys/kernel/security/apparmor/profiles").stream()
            .anyMatch(line -> line.contains("fusermount") && line.endsWith("(enforce)"));
    if (confined) {
      findings.note(
          "AppArmor",
          "fusermount is confined",
          "mount beneath $HOME, /mnt, /media, /tmp or $XDG_RUNTIME_DIR");
    } else {
      findings.ok("AppArmor", "fusermount is not known to be confined");
    }
  }

  private void temporaryDirectory() {
    String directory = System.getProperty("java.io.tmpdir", "/tmp");
    boolean unpacked =
        Files.isDirectory(Path.of(System.getProperty("jffi.boot.library.path", "/nonexistent")));
    if (unpacked || !noexec(directory)) {
      findings.ok("temporary directory", directory);
    } else {
      findings.problem(
          "temporary directory",
          directory + " is mounted noexec, and a library is unpacked there",
          "JAVA_TOOL_OPTIONS=-Djava.io.tmpdir=DIRECTORY names another");
    }
  }

  private boolean noexec(String directory) {
    String holder = "";
    boolean noexec = false;
    try {
      for (Mount mount : MountTable.read(root.resolve("proc")).mounts()) {
        String place = mount.mountpoint();
        if (Path.of(directory).startsWith(place) && place.length() >= holder.length()) {
          holder = place;
          noexec = List.of(mount.options().split(",")).contains("noexec");
        }
      }
    } catch (IOException unknown) {
      return false;
    }
    return noexec;
  }

  private void loopDevices() {
    if (Files.exists(root.resolve("dev/loop-control"))) {
      findings.ok("loop devices", "/dev/loop-control is there");
    } else {
      findings.note(
          "loop devices",
          "there are none: volumes can be read and written, not mounted",
          "modprobe loop; a container needs them passed on");
    }
    try {
      LoopMounts.left(root).forEach(this::left);
    } catch (IOException unknown) {
      findings.note("loop devices", "cannot be looked at: " + ErrorLine.reason(unknown), "");
    }
  }

  private void left(Mount mount) {
    findings.problem(
        "file system " + mount.mountpoint(),
        "the mount that showed the volume behind "
            + mount.source()
            + " was taken away; if its server is gone, nothing that is written there is kept",
        "umount " + mount.mountpoint() + ", and mount it anew from the volume");
  }

  private List<String> lines(String file) {
    try {
      return Files.readAllLines(root.resolve(file));
    } catch (IOException none) {
      return List.of(); // not there, or not for this user to read
    }
  }
}
