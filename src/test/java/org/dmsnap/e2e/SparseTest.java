package org.dmsnap.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * A terabyte with a few written spots, and its snapshot, seen by programs that look for holes. What
 * reads all of the zeroes does not end before the suite's deadline.
 */
class SparseTest {

  private static final long MOST_KIB = 1024; // of what holds a few written spots

  @AutoClose private final MountedPool pool = MountedPool.mounted();

  @BeforeEach
  void create() {
    pool.sh("put() { head -c 5000 /dev/urandom >\"$1\"; }; put one; put two; put three; put four");
    pool.control("create", "base 1T");
    put("one", "base", 0);
    put("two", "base", 400_000);
    pool.control("snapshot", "snap base 1G");
    put("three", "snap", 700_000);
    put("four", "base", 900_000);
  }

  @Test
  void copies_keep_the_holes_and_what_has_been_written_if_only_to_memory() {
    for (String volume : new String[] {"base", "snap"}) {
      assertCopied(volume, "cp $mnt/%s copy");
      assertCopied(volume, "cp --sparse=always $mnt/%s copy");
      assertCopied(volume, "tar -C $mnt -cSf - %1$s | tar -xSf - --transform s/%1$s/copy/");
      assertCopied(volume, "qemu-img convert -f raw -O raw $mnt/%s copy");
    }
    assertCopied("base-real", "cp $mnt/%s copy", "base");
  }

  @Test
  void copies_during_a_merge_have_all_that_is_merged() {
    pool.control("create", "other 1T");
    pool.control("snapshot", "much other 1G");
    pool.sh("head -c 50M /dev/urandom >much; dd if=much of=$mnt/much bs=1M seek=5000 conv=notrunc");
    pool.control("merge", "much");

    for (int i = 0; i < 5; i++) {
      pool.sh(
          "rm -f copy; cp $mnt/other copy; tail -c +5242880001 copy | head -c 50M | cmp - much");
    }
    pool.sh("$dmsnap wait $mnt much; rm copy; cp $mnt/other copy");
    pool.sh("tail -c +5242880001 copy | head -c 50M | cmp - much");
    assertThat(kibibytes("copy")).isBetween(50L << 10, (50L << 10) + MOST_KIB);
  }

  @Test
  void copies_beside_a_writer_have_what_was_written_before() {
    pool.sh("mkdir copies");
    for (int spot = 1; spot <= 10; spot++) {
      put("one", "base", spot * 10_000);
      Process writer =
          pool.start("writer", "yes | dd of=$mnt/base bs=4k count=2000 seek=1000 conv=notrunc");
      pool.sh("cp $mnt/base copies/base; cp $mnt/snap copies/snap");
      assertSpot("one", "copies/base", spot * 10_000);
      assertSpot("two", "copies/snap", 400_000);
      MountedPool.end(writer);
    }
  }

  /** Of a snapshot it is what it shares and what is its own. */
  @Test
  void du_shows_what_is_allocated() {
    pool.sh("sync $mnt/base $mnt/snap");

    assertThat(kibibytes("$mnt/base")).isEqualTo(kibibytes("$vg/base.img"));
    assertThat(kibibytes("$mnt/base-real")).isEqualTo(kibibytes("$vg/base.img"));
    assertThat(kibibytes("$mnt/snap-cow")).isEqualTo(kibibytes("$vg/snap.cow"));
    assertThat(kibibytes("$mnt/snap")).isBetween(3 * 8L, MOST_KIB);
    pool.sh("fallocate -z -l 1G $mnt/base; test $(stat -c %b $mnt/ctl/lvs) = 1");

    pool.control("create", "full 8M");
    pool.sh("dd if=/dev/urandom of=$mnt/full bs=1M count=8 conv=notrunc,fsync");
    pool.control("snapshot", "same full 8M");
    pool.sh("dd if=/dev/urandom of=$mnt/same bs=1M count=4 conv=notrunc,fsync");
    assertThat(kibibytes("$mnt/same")).isBetween(8L << 10, (8L << 10) + 100);
  }

  @Test
  void what_is_written_through_a_mapping_is_data_once_it_is_synced() {
    pool.sh(
        "python3 -c 'import mmap,os\n"
            + "f=os.open(\"'$mnt'/base\",os.O_RDWR)\n"
            + "m=mmap.mmap(f,4096,offset=1<<33)\n"
            + "m[0]=7\n"
            + "m.flush()\n"
            + "assert os.lseek(f,1<<33,3)==1<<33\n"
            + "assert os.lseek(f,1<<33,4)>1<<33\n'");
  }

  private void put(String file, String volume, int mebibyte) {
    pool.sh("dd if=%s of=$mnt/%s bs=1M seek=%d conv=notrunc".formatted(file, volume, mebibyte));
  }

  private void assertCopied(String volume, String command) {
    assertCopied(volume, command, volume);
  }

  private void assertCopied(String volume, String command, String like) {
    pool.sh("rm -f copy; " + command.formatted(volume));
    assertThat(kibibytes("copy")).as(command).isLessThan(MOST_KIB);
    assertThat(pool.sh("stat -c %s copy")).isEqualTo(String.valueOf(1L << 40));
    assertSpot("one", "copy", 0);
    assertSpot("two", "copy", 400_000);
    assertSpot(
        like.equals("base") ? "four" : "three", "copy", like.equals("base") ? 900_000 : 700_000);
  }

  private void assertSpot(String file, String copy, int mebibyte) {
    pool.sh(
        "dd if=%s bs=1M skip=%d count=1 status=none | head -c 5000 | cmp - %s"
            .formatted(copy, mebibyte, file));
  }

  private long kibibytes(String file) {
    return Long.parseLong(pool.sh("du -k " + file + " | cut -f1"));
  }
}
