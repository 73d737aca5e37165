package org.dmsnap.fuse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.List;
import jnr.constants.platform.Errno;
import org.dmsnap.block.ErrnoException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class FuseMountTest extends MountFixture {

  @BeforeEach
  void create_volumes() throws Exception {
    control("create", "base 4M");
  }

  @Test
  void a_volume_is_a_file_of_its_full_size() throws Exception {
    assertThat(at("base")).isRegularFile().hasSize(4 * MIB);
    assertThat(Files.getAttribute(at("base"), "unix:mode")).isEqualTo(0100600);
    assertThat(mountpoint.toFile().list()).containsExactlyInAnyOrder("base", "ctl");
  }

  @Test
  void what_is_written_reads_back_here_and_from_the_image() throws Exception {
    write(at("base"), 5000, bytes("dmsnap"));

    assertThat(read(at("base"), 5000, 6)).isEqualTo(bytes("dmsnap"));
    try (RandomAccessFile file = open(at("base"))) {
      file.getFD().sync();
    }
    assertThat(read(directory.resolve("vg/base.img"), 5000, 6)).isEqualTo(bytes("dmsnap"));
  }

  @Test
  void a_write_past_the_end_is_enospc_and_one_across_it_is_short() throws Exception {
    assertFails(Errno.ENOSPC, () -> write(at("base"), 4 * MIB, new byte[1]));
    assertFails(Errno.ENOSPC, () -> write(at("base"), 4 * MIB - 2, bytes("across")));

    assertThat(read(at("base"), 4 * MIB - 2, 2)).isEqualTo(bytes("ac"));
    assertThat(at("base")).hasSize(4 * MIB);
  }

  @Test
  void a_read_past_the_end_is_the_end_of_the_file() throws Exception {
    try (RandomAccessFile file = new RandomAccessFile(at("base").toFile(), "r")) {
      file.seek(4 * MIB - 1);

      assertThat(file.read(new byte[10])).isEqualTo(1);
      assertThat(file.read(new byte[10])).isEqualTo(-1);
    }
  }

  @Test
  void truncating_at_open_changes_nothing_and_every_other_truncate_is_einval() throws Exception {
    write(at("base"), 0, bytes("kept"));

    Files.write(at("base"), new byte[0]);
    assertThat(read(at("base"), 0, 4)).isEqualTo(bytes("kept"));
    assertThat(at("base")).hasSize(4 * MIB);
    for (long size : new long[] {1, 4 * MIB - 1, 5 * MIB}) {
      assertFails(Errno.EINVAL, () -> setLength(at("base"), size));
    }
    assertRuns(1, "truncate", "-s", "5M", at("base").toString());
  }

  @Test
  void setting_what_is_there_already_is_no_error() throws Exception {
    setLength(at("base"), 4 * MIB); // by a handle that has written nothing
    assertRuns(0, "truncate", "-s", "4M", at("base").toString());
    assertRuns(0, "sh", "-c", ": >" + at("base"));
    assertRuns(1, "truncate", "-s", "0", at("base").toString());
    setLength(at("base"), 0); // as qemu-img, which opens it for reading, too
    for (String path : new String[] {"base", "ctl", "ctl/create", "ctl/lvs"}) {
      Files.setPosixFilePermissions(at(path), Files.getPosixFilePermissions(at(path)));
      Files.setOwner(at(path), Files.getOwner(at(path)));
      Files.setAttribute(at(path), "unix:gid", Files.getAttribute(at(path), "unix:gid"));
      assertFails(Errno.EPERM, () -> Files.setAttribute(at(path), "unix:mode", 0123));
      assertFails(Errno.EPERM, () -> Files.setAttribute(at(path), "unix:uid", 12345));
      assertFails(Errno.EPERM, () -> Files.setAttribute(at(path), "unix:gid", 12345));
    }
    assertRuns(0, "touch", "-d", "2001-01-01", at("base").toString());
  }

  @Test
  void what_is_refused_within_is_refused_beyond_the_end() throws Exception {
    control("snapshot", "snap base 1M");
    control("snapshot", "zeroing base 1M P 8 1 discard_zeroes_cow");

    for (String offset : new String[] {"0", "4190000", "4M", "1T"}) {
      assertRuns(1, "fallocate", "-p", "-o", offset, "-l", "4096", at("snap").toString());
      assertRuns(0, "fallocate", "-p", "-o", offset, "-l", "4096", at("zeroing").toString());
      assertRuns(0, "fallocate", "-p", "-o", offset, "-l", "4096", at("base").toString());
      assertRuns(0, "fallocate", "-z", "-o", offset, "-l", "4096", at("snap").toString());
      assertRuns(1, "fallocate", "-o", offset, "-l", "4096", at("base").toString());
      assertRuns(1, "fallocate", "-p", "-o", offset, "-l", "4096", at("base-real").toString());
    }
  }

  @Test
  void a_truncate_to_the_present_size_is_how_cp_ends_a_sparse_copy() throws Exception {
    try (RandomAccessFile copy = open(at("base"))) {
      copy.write(bytes("kept"));
      copy.setLength(4 * MIB);
    }

    assertThat(read(at("base"), 0, 4)).isEqualTo(bytes("kept"));
  }

  @Test
  void names_come_and_go_by_control_files_alone() {
    assertFails(Errno.EPERM, () -> Files.createFile(at("new")));
    assertFails(Errno.EPERM, () -> Files.createDirectory(at("new")));
    assertFails(Errno.EPERM, () -> Files.createSymbolicLink(at("new"), Path.of("base")));
    assertFails(Errno.EPERM, () -> Files.createLink(at("new"), at("base")));
    assertFails(Errno.EPERM, () -> Files.delete(at("base")));
    assertFails(Errno.EPERM, () -> Files.delete(at("ctl")));
    assertFails(
        Errno.EPERM, () -> Files.move(at("base"), at("new"), StandardCopyOption.ATOMIC_MOVE));
    assertFails(
        Errno.EPERM,
        () ->
            Files.setPosixFilePermissions(
                at("base"), PosixFilePermissions.fromString("rwx---r--")));
    assertFails(Errno.ENOENT, () -> Files.size(at("ctl/status/other")));
  }

  @Test
  void read_only_files_refuse_to_be_opened_for_writing_even_to_root() throws Exception {
    control("snapshot", "snap base 1M");

    for (String path : new String[] {"base-real", "snap-cow", "ctl/lvs", "ctl/status/base"}) {
      assertThat(Files.getAttribute(at(path), "unix:mode")).as(path).isEqualTo(0100400);
      assertFails(Errno.EACCES, () -> open(at(path)).close());
    }
  }

  @Test
  void a_hole_and_a_zeroed_range_read_as_zeroes_and_other_modes_are_refused() throws Exception {
    byte[] ones = new byte[3 * 4096];
    Arrays.fill(ones, (byte) 1);
    write(at("base"), 0, ones);

    assertRuns(0, "fallocate", "-p", "-o", "0", "-l", "4096", at("base").toString());
    assertRuns(0, "fallocate", "-z", "-o", "4096", "-l", "4096", at("base").toString());
    assertRuns(0, "fallocate", "-z", "-n", "-o", "4190208", "-l", "1M", at("base").toString());
    assertRuns(1, "fallocate", "-o", "0", "-l", "4096", at("base").toString());

    assertThat(read(at("base"), 0, 8192)).containsOnly(0);
    assertThat(read(at("base"), 8192, 4096)).containsOnly(1);
    assertThat(at("base")).hasSize(4 * MIB);
  }

  @Test
  void stat_of_a_text_tells_the_length_that_an_open_renders() throws Exception {
    control("snapshot", "snap base 1M");

    for (String path : new String[] {"lvs", "metrics", "status/snap", "table/snap", "create"}) {
      Path file = at("ctl/" + path);
      assertThat(Files.size(file)).as(path).isEqualTo(Files.readAllBytes(file).length).isPositive();
    }
    assertThat(at("ctl/table/base")).hasContent("0 8192 snapshot-origin base-real\n");
  }

  @Test
  void a_failed_command_leaves_the_reason_on_the_same_open_file() throws Exception {
    try (RandomAccessFile file = open(at("ctl/create"))) {
      assertThatThrownBy(() -> file.write(bytes("base 4M\n"))).hasMessageContaining("File exists");
      file.seek(0);

      assertThat(file.readLine()).contains("base already");
    }
    assertThat(Files.readString(at("ctl/create"))).contains("NAME SIZE");
  }

  @Test
  void an_extended_volume_is_larger_at_once() throws Exception {
    assertThat(Files.size(at("base"))).isEqualTo(4 * MIB);

    control("extend", "base 8M");

    assertThat(Files.size(at("base"))).isEqualTo(8 * MIB);
    assertThat(read(at("base"), 8 * MIB - 1, 1)).containsExactly(0);
  }

  @Test
  void a_removed_name_that_is_created_anew_shows_nothing_of_the_old() throws Exception {
    write(at("base"), 0, bytes("old"));
    assertThat(read(at("base"), 0, 3)).isEqualTo(bytes("old"));

    control("remove", "base");
    assertFails(Errno.ENOENT, () -> Files.size(at("base")));
    control("create", "base 4M");

    assertThat(read(at("base"), 0, 3)).containsOnly(0);
  }

  @Test
  void unmounting_is_refused_while_a_file_is_open() throws Exception {
    try (RandomAccessFile file = open(at("base"))) {
      assertThatThrownBy(mount::unmount)
          .isInstanceOfSatisfying(
              ErrnoException.class, e -> assertThat(e.errno()).isEqualTo(Errno.EBUSY));
      file.write(1);
    }

    mount.unmount();
    stop();
    assertThat(mountpoint).isEmptyDirectory();
  }

  @Test
  void a_read_only_mount_refuses_writes_and_shows_no_write_permission() throws Exception {
    mount.unmount();
    stop();
    MountOptions rw = options();

    mount(
        new MountOptions(
            rw.source(), rw.uid(), rw.gid(), 0640, false, false, true, rw.threads(), List.of()));

    assertThat(Files.getAttribute(at("base"), "unix:mode")).isEqualTo(0100440);
    assertThat(Files.getAttribute(at("ctl"), "unix:mode")).isEqualTo(0040750);
    assertFails(Errno.EROFS, () -> open(at("base")).close());
    assertFails(Errno.EROFS, () -> open(at("ctl/create")).close());
  }

  @Test
  void a_mountpoint_that_cannot_be_used_is_refused_in_words() throws Exception {
    Path full = Files.createDirectories(directory.resolve("full/of")).getParent();

    assertThatThrownBy(() -> FuseMount.mount(pool, loop, directory.resolve("none"), options()))
        .hasMessageContaining("does not exist");
    assertThatThrownBy(() -> FuseMount.mount(pool, loop, full, options()))
        .hasMessageContaining("not empty");
  }

  private static void setLength(Path path, long size) throws Exception {
    try (RandomAccessFile file = open(path)) {
      file.setLength(size);
    }
  }
}
