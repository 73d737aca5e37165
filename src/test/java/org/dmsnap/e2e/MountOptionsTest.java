package org.dmsnap.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.dmsnap.e2e.Shell.Result;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** Options that people have in their fstabs, on a real mount. */
class MountOptionsTest {

  @AutoClose private final MountedPool pool = MountedPool.empty();

  @Test
  void remount_makes_it_read_only_and_back() {
    pool.mount();
    pool.control("create", "base 1M");

    pool.sh("$dmsnap mount -o rw,user_id=0,max_read=131072,remount,ro dmsnap:$vg $mnt");
    String still = pool.sh("cat $mnt/ctl/status/base; findmnt -no OPTIONS $mnt");
    Result refused = pool.run("$dmsnap create $mnt other 1M");
    pool.sh("$dmsnap mount -o remount,rw $vg $mnt; $dmsnap create $mnt other 1M");

    assertThat(still).contains("0 2048 linear").contains("ro,nosuid,nodev");
    assertThat(refused.errors()).contains("read-only");
    assertThat(pool.sh("ls $mnt")).contains("other");
  }

  @Test
  void what_no_mount_has_is_refused_beside_remount_too() {
    pool.mount();

    Result refused = pool.run("$dmsnap mount -o remount,ro,bogus $vg $mnt");
    Result elsewhere = pool.run("$dmsnap mount -o remount,ro,fsname=x $vg $mnt");
    pool.sh("$dmsnap mount -o remount,rw,threads=8,x-y=1,max_read=1 $vg $mnt"); // as of fstab

    assertThat(refused.status()).isEqualTo(2);
    assertThat(refused.errors()).contains("unknown mount option bogus");
    assertThat(elsewhere.errors()).contains("mount option fsname=x: it is dmsnap:POOL");
    pool.control("create", "base 1M");
  }

  @Test
  void what_is_served_read_only_is_not_remounted_for_writing() {
    pool.mount("ro");

    Result refused = pool.run("$dmsnap mount -o remount,rw $vg $mnt");
    Result nothing = pool.run("$dmsnap mount -o remount,ro $vg $a");

    assertThat(refused.status()).isEqualTo(1);
    assertThat(refused.errors()).contains("was mounted with ro", "unmount it").hasLineCount(1);
    assertThat(nothing.status()).isEqualTo(1);
    assertThat(nothing.errors()).contains("is no mount of dmsnap").hasLineCount(1);
  }

  @Test
  void a_directory_with_something_in_it_is_mounted_over_if_that_is_said() {
    pool.sh("touch $mnt/hidden");

    Result refused = pool.tryToMount();
    pool.mount("nonempty", "default_permissions", "subtype=dmsnap", "umask=077", "nosymfollow");

    assertThat(refused.errors()).contains("-o nonempty").hasLineCount(1);
    assertThat(pool.sh("ls $mnt")).isEqualTo("ctl");
    pool.umount();
    assertThat(pool.sh("ls $mnt")).isEqualTo("hidden");
  }

  @Test
  void what_is_on_it_is_not_run_with_noexec() {
    pool.mount("exec", "noexec", "mode=0777");

    assertThat(pool.sh("findmnt -no OPTIONS $mnt")).contains(",noexec");
  }

  @Test
  void a_context_that_the_kernel_does_not_take_is_refused_in_words() throws IOException {
    boolean selinux = Files.readString(Path.of("/proc/filesystems")).contains("selinuxfs");

    Result refused = pool.tryToMount("'context=\"system_u:object_r:x_t:s0:c1,c2\"'", "nofail");

    assertThat(refused.status()).isEqualTo(1);
    assertThat(refused.errors()).hasLineCount(1).containsPattern(selinux ? "mount" : "SELinux");
  }
}
