package org.dmsnap.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A mount that is refused has changed nothing, for whatever reason it is: what looks like a
 * leftover in a pool may be another mount's work.
 */
class RefusedMountTest {

  private static final String EVERYTHING =
      "cd $vg; find . ! -name . -printf '%p %i %s %l %m %U %T@ %C@\\n' | sort; cat pool.table;"
          + " find . -type f | sort | xargs sha256sum";

  @AutoClose private final MountedPool pool = MountedPool.empty();

  /** A pool in which a mount has much to do: to rename, to delete, to adopt, and to merge. */
  @BeforeEach
  void fill() {
    pool.mount();
    pool.control("create", "base 1M");
    pool.control("snapshot", "snap base 1M");
    pool.control("snapshot", "other base 1M");
    pool.sh("exec 3<$mnt/base; echo snap >$mnt/ctl/merge; sleep 0"); // due while it is open
    pool.umount();
    pool.sh("cd $vg; mv other.cow .other.cow.removing; truncate -s 1M adopted.img .more.img.new");
    pool.sh("cd $vg; truncate -s 1M .gone.cow.removing; echo half >.pool.table.new");
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      quoteCharacter = '"',
      value = {
        "\"another pool has an image\", \"\", \"mkdir two; ln -s $vg/base.img two;"
            + " $dmsnap mount two $b\", \"is in use\"",
        "\"another mount has it\", \"\", \"$dmsnap mount -o ro $vg $b\", \"is in use by process\"",
        "\"a leftover is being made\", \"\", \"mkdir two; ln -s $vg/.more.img.new two/m.img;"
            + " $dmsnap mount two $b\", \"is in use\"",
        "\"the table makes no sense\", \"echo nonsense >>$vg/pool.table\", \"\", \"pool.table\"",
        "\"an origin was changed\", \"echo x | dd of=$vg/base.img conv=notrunc\", \"\", \"base\"",
        "\"one file has two names\", \"ln $vg/adopted.img $vg/twice.img\", \"\", \"same file\"",
        "\"the lock is another's\", \"chown 65534 $vg/.lock\", \"\", \"another user\"",
        "\"there is no mountpoint\", \"rmdir $mnt\", \"\", \"mnt\"",
        "\"the mountpoint is in use\", \"touch $mnt/file\", \"\", \"not empty\"",
        "\"the mountpoint is a file\", \"rmdir $mnt; touch $mnt\", \"\", \"mnt\"",
      })
  void changes_nothing(String why, String wrong, String meanwhile, String words) {
    pool.sh(wrong);
    pool.sh(meanwhile);
    String before = pool.sh(EVERYTHING);

    Shell.Result refused = pool.tryToMount();

    assertThat(refused.succeeded()).as("%s: %s", why, refused).isFalse();
    assertThat(refused.errors()).contains(words).hasLineCount(1);
    assertThat(pool.sh(EVERYTHING)).isEqualTo(before);
    pool.run("$dmsnap umount $b");
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource({"rmdir $mnt", "echo nonsense >$vg/pool.table"})
  void leaves_no_lock_file_where_there_was_none(String wrong) {
    pool.sh("rm $vg/.lock; " + wrong);
    String before = pool.sh("ls -A $vg");

    assertThat(pool.tryToMount().succeeded()).isFalse();

    assertThat(pool.sh("ls -A $vg")).isEqualTo(before);
  }
}
