package org.dmsnap.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.dmsnap.e2e.Shell.Result;
import org.dmsnap.stream.RbdDiff;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Volumes on their way from one mounted pool to another, and what is left of it if it is cut. */
class SendReceiveTest {

  private static final int BYTES = 16 << 20;

  @AutoClose private final MountedPool pool = MountedPool.mounted();
  @AutoClose private final MountedPool other = MountedPool.mounted();
  private String there = "";

  @BeforeEach
  void days() {
    there = other.mountpoint().toString();
    pool.control("create", "base 16M");
    write("base", 0, 4 << 20);
    write("base", 9 << 20, 1 << 20);
    pool.control("snapshot", "monday base 100%ORIGIN");
    write("base", 1 << 20, 300_000);
    pool.sh(
        "fallocate -p -o 9M -l 512K $mnt/base || dd if=/dev/zero of=$mnt/base bs=512K seek=18"
            + " count=1 conv=notrunc status=none");
    pool.control("snapshot", "tuesday base 100%ORIGIN P 8");
    write("base", 12 << 20, 100_000);
  }

  private void write(String volume, int offset, int length) {
    pool.sh(
        "head -c %d /dev/urandom | dd of=$mnt/%s bs=64K iflag=fullblock oflag=seek_bytes seek=%d"
                .formatted(length, volume, offset)
            + " conv=notrunc status=none");
  }

  private String send(String words) {
    return "$dmsnap send $mnt " + words;
  }

  private String receive(String words) {
    return "$dmsnap receive " + there + " " + words;
  }

  private void assertNothingCame() {
    assertThat(other.sh("ls -A $vg")).doesNotContain(".new");
    assertThat(other.sh("grep -v '^#' $vg/pool.table || true")).isEmpty();
    assertThat(other.sh("ls $mnt")).isEqualTo("ctl");
  }

  @Test
  void a_snapshot_and_what_changed_since_arrive_while_both_pools_are_in_use() {
    other.control("create", "busy 4M");
    pool.sh(send("monday") + " | " + receive("monday --verify"));
    pool.sh(send("tuesday --from monday") + " | " + receive("tuesday"));

    pool.sh("cmp $mnt/monday " + there + "/monday; cmp $mnt/tuesday " + there + "/tuesday");
    assertThat(other.sh("cat $mnt/ctl/table/tuesday")).contains("snapshot monday-real");
    assertThat(other.sh("$dmsnap diff $mnt tuesday | awk '{ n += $2 } END { print n < 2^20 }'"))
        .isEqualTo("1");
    other.sh("$dmsnap merge --wait $mnt tuesday");
    pool.sh("cmp $mnt/tuesday " + there + "/monday");
    pool.control("snapshot", "wednesday base 100%ORIGIN");
    pool.sh(send("wednesday --from tuesday") + " | " + receive("wednesday 4M"));
    pool.sh("cmp $mnt/wednesday " + there + "/wednesday");
    other.remount();
    pool.sh("cmp $mnt/wednesday " + there + "/wednesday");
  }

  @Test
  void a_replica_goes_back_as_a_difference_of_it() {
    pool.sh(send("monday") + " | " + receive("monday"));
    pool.sh(send("tuesday --from monday") + " | " + receive("tuesday"));
    pool.control("remove", "tuesday");

    pool.sh("$dmsnap send " + there + " tuesday --from monday | $dmsnap receive $mnt back");

    pool.sh("cmp $mnt/back " + there + "/tuesday");
    assertThat(pool.sh("cat $mnt/ctl/table/back")).contains("snapshot monday-real");
  }

  @Test
  void what_is_written_is_read_by_a_reader_that_knows_the_format_alone() throws IOException {
    pool.sh(send("monday") + " >full; " + send("tuesday --from monday") + " >diff");

    RbdDiff.Read full = RbdDiff.read(bytes("full"));
    RbdDiff.Read diff = RbdDiff.read(bytes("diff"));

    assertThat(full.from()).isEmpty();
    assertThat(full.to()).isEqualTo("monday");
    assertThat(diff.from()).isEqualTo("monday");
    assertThat(diff.to()).isEqualTo("tuesday");
    assertThat(diff.line("from")).isEqualTo(full.line("to")).isNotEmpty();
    byte[] monday = bytes("mnt/monday");
    assertThat(full.over(new byte[0])).isEqualTo(monday);
    assertThat(diff.over(monday)).isEqualTo(bytes("mnt/tuesday"));
    assertThat(full.extents()).allMatch(extent -> extent.length() <= 4 << 20);
    long zeroes =
        full.extents().stream()
            .filter(extent -> extent.tag() == 'z')
            .mapToLong(RbdDiff.Extent::length)
            .sum();
    assertThat(zeroes).isEqualTo(BYTES - (5 << 20));
    assertThat(bytes("diff").length).isLessThan(1 << 20);
  }

  private byte[] bytes(String file) throws IOException {
    return Files.readAllBytes(Path.of(pool.sh("echo $work/" + file)));
  }

  @Test
  void ceph_joins_what_is_sent_and_that_is_received_equal() {
    assumeTrue(pool.run("command -v rbd").succeeded(), "needs rbd: apt-get install ceph-common");
    pool.control("snapshot", "wednesday base 100%ORIGIN");
    pool.sh(send("monday") + " >m; " + send("tuesday --from monday") + " >t");
    pool.sh(send("wednesday --from tuesday") + " >w");
    pool.sh("rbd -c /dev/null merge-diff t w tw && rbd -c /dev/null merge-diff m tw mtw");

    pool.sh(receive("monday") + " <m");
    Result unnamed = pool.run(receive("two") + " <tw");
    pool.sh(receive("all") + " <mtw");

    assertThat(unnamed.errors()).contains("two is a snapshot of monday by its name alone");
    pool.sh("cmp $mnt/wednesday " + there + "/two; cmp $mnt/wednesday " + there + "/all");
  }

  @Test
  void what_was_written_to_since_is_refused_on_both_sides() {
    pool.sh(send("monday") + " | " + receive("monday"));
    other.sh("echo 1 | dd of=$mnt/monday conv=notrunc status=none");
    Result received = pool.run(send("tuesday --from monday") + " | " + receive("tuesday"));
    assertThat(received.status()).isEqualTo(1);
    assertThat(received.errors()).contains("monday, which is not what it was: it was written to");

    pool.sh("echo 1 | dd of=$mnt/monday conv=notrunc status=none");
    Result sent = pool.run(send("tuesday --from monday") + " >t");
    assertThat(sent.status()).isEqualTo(1);
    assertThat(sent.errors()).contains("monday was written to since it was sent or received");
  }

  @Test
  void an_open_origin_is_not_sent_and_a_snapshot_that_is_written_to_has_no_end() {
    Result open = pool.run("exec 3<>$mnt/base; " + send("base") + " >whole");
    assertThat(open.status()).isEqualTo(1);
    assertThat(open.errors()).contains("base is an origin that is open").hasLineCount(1);

    Result written =
        pool.run(
            "mkfifo p; "
                + send("monday")
                + " >p & (dd bs=64K count=1 status=none; echo 1 | dd of=$mnt/monday conv=notrunc"
                + " status=none; cat) <p | "
                + receive("monday")
                + "; echo $?; wait $! || echo sent $?");

    assertThat(written.output()).isEqualTo("1\nsent 1");
    assertThat(written.errors())
        .contains("monday was written to while it was sent", "it is cut off");
    assertNothingCame();
    pool.sh(send("base") + " | " + receive("base"));
    pool.sh("cmp $mnt/base " + there + "/base");
  }

  @Test
  void a_stream_goes_to_no_terminal_and_comes_from_none() {
    Result sent = pool.run("script -qec '$dmsnap send $mnt monday' /dev/null");
    Result received = pool.run("script -qec '" + receive("monday") + "' /dev/null </dev/null");
    Result full = pool.run(send("monday") + " >/dev/full");
    Result unread = pool.run("set -o pipefail; " + send("monday") + " | head -c 20 >/dev/null");

    assertThat(sent.status()).isEqualTo(2);
    assertThat(sent.output()).contains("a stream is not written to a terminal");
    assertThat(received.status()).isEqualTo(2);
    assertThat(received.output()).contains("a stream is not read from a terminal");
    assertThat(full.status()).isEqualTo(1);
    assertThat(full.errors())
        .contains("cannot write to standard output: No space left on device")
        .hasLineCount(1);
    assertThat(unread.status()).isEqualTo(1);
    assertThat(unread.errors()).contains("cannot write to standard output: Broken pipe");
  }

  @Test
  void a_sender_or_a_receiver_that_is_killed_leaves_nothing() {
    pool.sh(send("monday") + " >m");
    Process receiver =
        other.start(
            "r",
            "exec "
                + receive("monday")
                + " < <(head -c 3M $m; sleep 99)".replace("$m", pool.sh("echo $work/m")));
    other.awaitSh("test -e $vg/.monday.img.new");
    MountedPool.end(receiver);
    other.awaitSh("! test -e $vg/.monday.img.new");
    assertNothingCame();

    Result sender = pool.run("head -c 3M m | " + receive("monday"));
    assertThat(sender.status()).isEqualTo(1);
    assertThat(sender.errors()).contains("it is cut off, after 3145728 bytes");
    assertNothingCame();
    pool.sh(receive("monday") + " <m");
  }

  @Test
  void a_server_that_is_killed_leaves_nothing_but_what_the_next_mount_deletes() {
    pool.sh(send("monday") + " >m");
    other.umount();
    other.mount("keeper=off");
    Process receiver =
        other.start(
            "r", receive("monday") + " < <(head -c 3M " + pool.sh("echo $work/m") + "; sleep 99)");
    other.awaitSh("test -e $vg/.monday.img.new");
    other.server().destroyForcibly();
    MountedPool.end(receiver);
    other.run("umount -l $mnt");
    other.awaitSh("$dmsnap mount $vg $mnt");

    assertNothingCame();
    pool.sh(receive("monday") + " <m; cmp $mnt/monday " + there + "/monday");
  }

  @Test
  void a_full_disk_is_an_error_in_words_and_leaves_nothing() {
    other.umount();
    other.sh("mount -t tmpfs -o size=3M none $vg");
    other.mount();

    Result result = pool.run(send("monday") + " | " + receive("monday"));

    assertThat(result.status()).isEqualTo(1);
    assertThat(result.errors()).contains("No space left on device");
    assertNothingCame();
    other.control("create", "monday 1M");
  }

  @Test
  void ten_come_at_once() {
    pool.sh(send("monday") + " >m; " + send("tuesday --from monday") + " >t");
    pool.sh(receive("monday") + " <m");
    pool.sh(
        "for i in $(seq 5); do "
            + receive("m$i")
            + " <m & p=\"$p $!\"; "
            + receive("t$i")
            + " <t & p=\"$p $!\"; done; for i in $p; do wait $i; done");

    pool.sh(
        "for i in $(seq 5); do cmp $mnt/monday "
            + there
            + "/m$i; cmp $mnt/tuesday "
            + there
            + "/t$i; done");
  }

  @Test
  void numbers_and_times_are_shown() {
    pool.sh(send("monday") + " | " + receive("monday"));
    String here = "$dmsnap lvs --json $mnt | grep -o '\"content_uuid\": *\"[^\"]*\"' | sort -u";

    assertThat(pool.sh(here).lines().filter(line -> line.length() > 30).toList())
        .isEqualTo(other.sh(here).lines().toList())
        .hasSize(1);
    assertThat(pool.sh("$dmsnap lvs --json $mnt"))
        .containsPattern(
            "\"lv_time\": *\"20\\d\\d-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d [+-]\\d{4}\"");
    assertThat(pool.sh("$dmsnap table --json $mnt monday"))
        .containsPattern("\"uuid\": *\"[0-9a-f]");
  }
}
