package org.dmsnap.cli.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.dmsnap.cli.doctor.Diagnosis.Findings;
import org.dmsnap.cli.doctor.Diagnosis.State;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is said of machines that lack something. */
class MachineDoctorTest {

  @TempDir Path root;
  private String user = "root";

  @BeforeEach
  void a_machine_with_everything() throws IOException {
    write("dev/fuse", "");
    write("dev/loop-control", "");
    write("etc/fuse.conf", "# comment\nuser_allow_other\n");
    write("etc/mtab", "");
    write("proc/self/mountinfo", "30 1 8:0 / / rw - ext4 /dev/sda rw\n");
    Path fusermount = write("bin/fusermount", "");
    Files.setPosixFilePermissions(fusermount, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  @Test
  void one_that_has_everything_is_well() {
    assertThat(look()).extracting(Diagnosis::state).containsOnly(State.OK);
  }

  @Test
  void what_is_missing_is_a_problem_with_advice() throws IOException {
    Files.delete(root.resolve("dev/fuse"));
    Files.delete(root.resolve("bin/fusermount"));

    assertThat(look())
        .filteredOn(found -> found.state() == State.PROBLEM)
        .extracting(Diagnosis::about)
        .containsExactly("FUSE device", "fusermount");
    assertThat(look())
        .filteredOn(found -> found.state() != State.OK)
        .allSatisfy(found -> assertThat(found.advice()).isNotEmpty());
  }

  @Test
  void what_may_be_meant_so_is_a_note() throws IOException {
    Files.delete(root.resolve("dev/loop-control"));
    Files.delete(root.resolve("etc/mtab"));
    write("etc/fuse.conf", "#user_allow_other\n");
    write(
        "sys/kernel/security/apparmor/profiles", "/usr/bin/man (enforce)\nfusermount3 (enforce)\n");

    assertThat(look())
        .filteredOn(found -> found.state() == State.NOTE)
        .extracting(Diagnosis::about)
        .containsExactly("fusermount", "fuse.conf", "AppArmor", "loop devices");
  }

  @Test
  void a_file_system_that_is_left_from_a_mount_is_a_problem() throws IOException {
    write("sys/block/loop0/loop/backing_file", "/base\n");
    write("sys/block/loop0/dev", "7:0\n");
    write("sys/block/loop1/loop/backing_file", "/srv/disk.img\n");
    write("sys/block/loop1/dev", "7:1\n");
    write("sys/block/loop2/loop/backing_file", "/system.squashfs\n");
    write("sys/block/loop2/dev", "7:2\n");
    write(
        "proc/self/mountinfo",
        "31 1 7:0 / /a rw - ext4 /dev/loop0 rw\n"
            + "32 1 7:1 / /b rw - ext4 /dev/loop1 rw\n"
            + "33 1 7:2 / /c ro - squashfs /dev/loop2 ro\n");

    assertThat(look())
        .filteredOn(found -> found.state() == State.PROBLEM)
        .extracting(Diagnosis::about)
        .containsExactly("file system /a");
  }

  @Test
  void a_user_needs_a_fusermount_that_runs_as_root() {
    user = "someone";

    assertThat(look())
        .filteredOn(found -> found.state() == State.PROBLEM)
        .extracting(Diagnosis::text)
        .singleElement()
        .asString()
        .contains("does not run as root");
  }

  @Test
  void nothing_can_be_unpacked_where_nothing_may_be_run() throws IOException {
    String temporary = System.getProperty("java.io.tmpdir");
    write(
        "proc/self/mountinfo",
        "30 1 8:0 / / rw - ext4 /dev/sda rw\n"
            + ("31 30 0:5 / " + temporary + " rw,noexec,nosuid - tmpfs none rw\n"));

    assertThat(look())
        .filteredOn(found -> found.state() == State.PROBLEM)
        .extracting(Diagnosis::about)
        .containsExactly("temporary directory");
  }

  private List<Diagnosis> look() {
    Findings findings = new Findings();
    new MachineDoctor(root, user, root.resolve("bin").toString(), findings).look();
    return findings.all();
  }

  private Path write(String file, String text) throws IOException {
    Path path = root.resolve(file);
    Files.createDirectories(path.getParent());
    return Files.writeString(path, text);
  }
}
