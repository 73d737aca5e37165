package org.dmsnap.cli.doctor;

import java.util.List;
import java.util.Set;
import org.dmsnap.cli.doctor.Diagnosis.Findings;
import org.dmsnap.kernel.Mount;

/**
 * What a pool's lock is worth, by what the kernel tells of the mount of its file system.
 *
 * @param mount that holds the pool
 */
record LockReach(Mount mount) {

  /** File systems that one machine has at a time. */
  private static final Set<String> LOCAL =
      Set.of(
          "ext2",
          "ext3",
          "ext4",
          "xfs",
          "btrfs",
          "bcachefs",
          "f2fs",
          "zfs",
          "jfs",
          "nilfs2",
          "reiserfs",
          "vfat",
          "exfat",
          "ntfs3",
          "fuseblk",
          "tmpfs",
          "ramfs",
          "overlay",
          "squashfs",
          "erofs",
          "iso9660",
          "udf",
          "rootfs");

  /** File systems of many machines, whose open-file-description locks are for all of them. */
  private static final Set<String> SHARED =
      Set.of("nfs", "nfs4", "ceph", "gfs2", "ocfs2", "lustre", "fuse.ceph", "fuse.ceph-fuse");

  private static final Set<String> NOT_ASKED =
      Set.of("nolock", "local_lock=all", "local_lock=posix");

  private static final String GLUSTER = "fuse.glusterfs";

  private static final String ADVICE = "see to it that the pool is mounted on one machine only";

  /** Tells what the lock keeps out. */
  void tell(Findings findings) {
    String about = "lock";
    String type = mount.type();
    List<String> options = List.of(mount.superOptions().split(",", -1));
    if (LOCAL.contains(type)) {
      findings.ok(
          about, "its file system, " + type + ", is one machine's, and so the lock is enough");
    } else if (options.stream().anyMatch(NOT_ASKED::contains)) {
      findings.note(about, type + " is mounted so that its locks stay on this machine", ADVICE);
    } else if (SHARED.contains(type)) {
      findings.ok(about, "the locks of " + type + " hold for other machines, too");
    } else if (type.equals(GLUSTER)) {
      findings.note(
          about,
          "the locks of "
              + type
              + " hold for other machines, too, but not for one that was cut off",
          "gluster volume set VOLUME features.strict-locks on, unless it is");
    } else {
      findings.note(
          about,
          "whether the locks of " + type + " hold for other machines cannot be told",
          ADVICE);
    }
  }
}
