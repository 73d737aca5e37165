package org.dmsnap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What mount(8) and umount(8) run, and what a package holds. */
class MountHelperTest extends ScriptFixture {

  @Test
  void the_mount_helper_forwards_no_flag_of_mount() throws Exception {
    script("dmsnap", "printf '<%s>' \"$@\"");

    assertThat(run("mount.dmsnap", "/pool", "/mnt", "-snv", "-o", "ro,x-y=1", "-t", "fuse.dmsnap"))
        .isEqualTo(new Result(0, "<mount><-o><ro,x-y=1></pool></mnt>"));
  }

  @Test
  void the_helpers_say_how_they_are_used_and_fail_as_mount_means_it() throws Exception {
    script("dmsnap", "exit 2");

    assertThat(run("mount.dmsnap").exit()).isEqualTo(1);
    assertThat(run("mount.dmsnap").output()).startsWith("use: mount.dmsnap POOL");
    assertThat(run("umount.dmsnap").output()).startsWith("use: umount.dmsnap MOUNTPOINT");
    assertThat(run("mount.dmsnap", "/p", "/m", "-o", "bogus")).isEqualTo(new Result(1, ""));
  }

  @Test
  void a_fake_mount_mounts_nothing() throws Exception {
    script("dmsnap", "echo mounted");

    assertThat(run("mount.dmsnap", "/pool", "/mnt", "-f", "-o", "rw")).isEqualTo(new Result(0, ""));
  }

  @Test
  void what_a_package_holds_can_be_laid_out() throws Exception {
    Path deb = place.resolve("deb");

    Process layOut =
        new ProcessBuilder("src/deb/lay-out", deb.toString()).redirectErrorStream(true).start();

    assertThat(new String(layOut.getInputStream().readAllBytes())).isEmpty();
    assertThat(layOut.waitFor()).isZero();
    for (String file :
        List.of(
            "dmsnap/dmsnap",
            "dmsnap/lib/dmsnap.jar",
            "doc/dmsnap/README.md",
            "doc/dmsnap/docs/INSTALL.md",
            "man/man8/dmsnap.8.gz",
            "lintian/overrides/dmsnap")) {
      assertThat(deb.resolve("usr/share").resolve(file)).isNotEmptyFile();
    }
    assertThat(deb.resolve("usr/lib/systemd/system/dmsnap@.service")).isNotEmptyFile();
    assertThat(deb.resolve("usr/lib/systemd/user/dmsnap@.service")).isNotEmptyFile();
  }

  @Test
  void the_umount_helper_forwards_no_flag_of_umount() throws Exception {
    script("dmsnap", "printf '<%s>' \"$@\"");

    assertThat(run("umount.dmsnap", "/mnt", "-nv", "-t", "fuse.dmsnap"))
        .isEqualTo(new Result(0, "<umount></mnt>"));
  }

  @Test
  void the_umount_helper_unmounts_lazily_by_force_and_both() throws Exception {
    script("umount", "printf '<%s>' \"$@\"");
    environment.put("PATH", place + ":" + System.getenv("PATH"));

    assertThat(run("umount.dmsnap", "/mnt", "-l").output()).isEqualTo("<-i><-l></mnt>");
    assertThat(run("umount.dmsnap", "/mnt", "-fnl", "-t", "dmsnap").output())
        .isEqualTo("<-i><-f><-l></mnt>");
  }

  /** As where /proc shows to each the processes of his own. */
  @Test
  void whoever_may_not_see_the_words_of_mount_has_not_said_all() throws Exception {
    script("dmsnap", "printf '<%s>' \"$@\"");
    script(
        "unseen", "mount -t tmpfs none /proc; " + place + "/mount.dmsnap /pool /mnt -o ro; exit");
    script("apart", "exec unshare -m --propagation private " + place + "/unseen -a");
    assumeTrue("root".equals(System.getProperty("user.name")), "needs root, to hide /proc");

    assertThat(run("apart").output()).isEqualTo("<mount><-o><ro></pool></mnt>");
  }
}
