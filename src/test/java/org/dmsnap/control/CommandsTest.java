package org.dmsnap.control;

import static org.assertj.core.api.Assertions.assertThat;

import jnr.constants.platform.Errno;
import org.dmsnap.pool.state.EventLog;
import org.dmsnap.pool.volume.Device;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CommandsTest extends ControlFixture {

  @BeforeEach
  void create() {
    write("create", "base 1M");
  }

  @ParameterizedTest
  @CsvSource({
    "'', P 16",
    "P, P 16",
    "N, N 16",
    "po, PO 16",
    "P 8, P 8",
    "P 08, P 8",
    "P +8, P 8",
    "P 0, P 32",
    "N 1, N 1",
    "P 8 0, P 8",
    "P 8 0 extra, P 8",
    "P 8 1 discard_zeroes_cow, P 8 1 discard_zeroes_cow",
    "P 8 1 discard_zeroes_cow extra, P 8 1 discard_zeroes_cow",
    "P 8 2 discard_passdown_origin discard_zeroes_cow,"
        + " P 8 2 discard_zeroes_cow discard_passdown_origin",
    "P 8 2 DISCARD_ZEROES_COW Discard_Passdown_Origin,"
        + " P 8 2 discard_zeroes_cow discard_passdown_origin",
    "P 8 2 discard_zeroes_cow discard_zeroes_cow, P 8 1 discard_zeroes_cow"
  })
  void a_snapshot_is_described_in_the_words_of_a_table(String words, String table) {
    assertThat(text(write("snapshot", "snap base 1M " + words))).startsWith("usage");

    assertThat(table("snap")).startsWith("0 2048 snapshot base-real ").endsWith(" " + table);
  }

  @ParameterizedTest
  @CsvSource({
    "X 8, store",
    "PX 8, store",
    "P 0x8, Invalid chunk size",
    "P -8, Invalid chunk size",
    "P x, Invalid chunk size",
    "P 4294967296, Invalid chunk size",
    "P 99999999999999999999, Invalid chunk size",
    "P 4294967295, Chunk size is too high",
    "P 4194304, Chunk size is too high",
    "P 12, Chunk size is not a power of 2",
    "N 0, Chunk size not set",
    "P 8 1, Invalid number of feature arguments",
    "P 8 3 a b c, Invalid number of feature arguments",
    "P 8 -1, Invalid number of feature arguments",
    "P 8 1 fly, Unrecognised feature requested",
    "P 8 1 discard_passdown_origin, depends on discard_zeroes_cow"
  })
  void what_the_kernel_refuses_is_refused_in_its_words(String words, String reason) {
    assertThat(text(write("snapshot", "snap base 1M " + words))).contains(reason);

    assertThat(errnoOf("snapshot", "snap base 1M " + words)).isEqualTo(Errno.EINVAL.intValue());
    assertThat(pool.device("snap")).isNull();
  }

  @Test
  void extend_grows_to_a_size_or_by_one() {
    assertThat(errnoOf("extend", "base 2M")).isZero();
    assertThat(errnoOf("extend", "base +1M")).isZero();

    assertThat(table("base")).startsWith("0 6144 linear");
  }

  @ParameterizedTest
  @CsvSource({
    "create, more 1000b, 1024b",
    "create, more 1.3k, 1536b",
    "snapshot, more base 100.1KiB, 102912b",
    "snapshot, more base 20%ORIGIN, 212992b",
    "snapshot, more base 33.3%origin N 8, 352256b",
    "extend, base +1.1K, 1536b",
    "extend, snap 50.1%ORIGIN, 532480b",
    "extend, snap +0.1%ORIGIN, 8192b"
  })
  void a_size_that_was_rounded_up_is_in_the_reply(String command, String line, String bytes) {
    write("create", "other 1M");
    write("snapshot", "snap other 64K");

    assertThat(text(write(command, line))).startsWith("rounding up ").contains(": " + bytes);
  }

  @Test
  void a_share_of_its_origin_is_a_size_of_a_snapshot_alone() {
    write("snapshot", "snap base 25%ORIGIN");

    assertThat(table("snap-cow")).startsWith("0 512 linear");
    assertThat(text(write("extend", "snap +25%ORIGIN"))).startsWith("usage");
    assertThat(table("snap-cow")).startsWith("0 1024 linear");
    assertThat(text(write("extend", "base +25%ORIGIN"))).contains("base is no snapshot");
    assertThat(errnoOf("snapshot", "x none 20%ORIGIN")).isEqualTo(Errno.ENOENT.intValue());
    assertThat(text(write("snapshot", "x base 1%ORIGIN"))).contains("smaller than 3 chunks");
    assertThat(text(write("snapshot", "x base 900%ORIGIN"))).contains("down to maximum usable");
  }

  @Test
  void nothing_grows_beyond_what_a_file_can_have() {
    String reply = text(write("extend", "base +8191.9999999999P"));

    assertThat(reply).contains("no file is larger").doesNotContain("smaller");
  }

  @Test
  void extend_needs_a_size() {
    assertThat(errnoOf("extend", "base")).isEqualTo(Errno.EINVAL.intValue());
  }

  @Test
  void extend_never_shrinks() {
    assertThat(errnoOf("extend", "base 512K")).isEqualTo(Errno.EINVAL.intValue());
  }

  @Test
  void suspend_and_resume_take_turns() {
    assertThat(errnoOf("resume", "base")).isEqualTo(Errno.EINVAL.intValue());
    assertThat(errnoOf("suspend", "base")).isZero();
    assertThat(errnoOf("suspend", "base")).isEqualTo(Errno.EINVAL.intValue());
    assertThat(errnoOf("resume", "base")).isZero();
  }

  @Test
  void remove_refuses_an_origin_with_snapshots() {
    write("snapshot", "snap base 1M");

    assertThat(errnoOf("remove", "base")).isEqualTo(Errno.EBUSY.intValue());
    assertThat(errnoOf("remove", "snap")).isZero();
    assertThat(errnoOf("remove", "base")).isZero();
    assertThat(pool.devices()).extracting(Device::name).isEmpty();
  }

  @Test
  void merge_takes_no_other_word_than_force() {
    assertThat(errnoOf("merge", "snap now")).isEqualTo(Errno.EINVAL.intValue());
  }

  @Test
  void who_is_not_there_is_enoent() {
    for (String line : new String[] {"remove x", "suspend x", "resume x", "extend x 1M"}) {
      String[] words = line.split(" ", 2);
      assertThat(errnoOf(words[0], words[1])).as(line).isEqualTo(Errno.ENOENT.intValue());
    }
  }

  @Test
  void a_line_takes_snapshots_of_several_origins_and_resets_them() {
    write("create", "other 1M");

    assertThat(text(write("snapshot", "a1 base 50%ORIGIN ; b1 other 64K P 8 ; b2 other 64K")))
        .startsWith("usage: NAME ORIGIN COWSIZE [P|PO|N [CHUNK [#FEATURES FEATURE...]]]")
        .contains(" [; NAME ORIGIN COWSIZE...]\n");
    assertThat(table("b1")).endsWith(" P 8");
    assertThat(text(write("reset", "a1 ; b2 ; b1"))).startsWith("usage: SNAP [; SNAP...]\n");
    assertThat(pool.log().events())
        .extracting(EventLog.Event::text)
        .contains("reset a1 ; b2 ; b1: done");
  }

  @ParameterizedTest
  @CsvSource({
    "a1 base 64K ; b1 base 64X, because of b1: bad size 64X",
    "a1 base 64K ; b1 none 20%ORIGIN, because of b1: there is no volume none",
    "a1 base 64K ; b1 base 1K, because of b1: Snapshot volume cannot be smaller",
    "a1 base 64K ; b1 base, 'too few words in \"b1 base\"'",
    "a1 base 64K ;, 'too few words in \"\"'",
    "; a1 base 64K, 'too few words in \"\"'",
    "a1 base 64K ;; b1 base 64K, Invalid number of feature arguments"
  })
  void a_member_that_is_wrong_is_named_and_none_is_taken(String line, String reason) {
    assertThat(text(write("snapshot", line))).contains(reason);

    assertThat(pool.devices()).extracting(Device::name).containsExactly("base");
  }

  @Test
  void only_snapshots_and_resets_come_in_groups() {
    assertThat(text(write("create", "a 1M ; b 1M"))).startsWith("too many words, usage: NAME SIZE");
    assertThat(text(write("remove", "base ; base"))).startsWith("too many words");
  }
}
