package org.dmsnap.pool.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Random;
import org.dmsnap.block.ErrnoException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TableParserTest {

  private static final String TABLE =
      """
      # a comment of mine
      # dmsnap: clean base size=1073741824 mtime=1764000000
      base: 0 2097152 snapshot-origin base-real
      base-real: 0 2097152 linear base.img 0
      # dmsnap: invalid other Unable to allocate exception
      other: 0 2097152 snapshot base-real other-cow PO 8 2 \
      discard_zeroes_cow discard_passdown_origin
      other-cow: 0 8192 linear other.cow 0
      snap: 0 2097152 snapshot base-real snap-cow P 16
      snap-cow: 0 204800 linear snap.cow 0
      plain: 0 8 linear plain.img 0
      """;

  @Test
  void prints_what_it_has_read() throws Exception {
    assertThat(TableParser.parse(TABLE)).hasToString(TABLE);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "huge: 0 18014398509481983 linear huge.img 0\n",
        "# dmsnap: clean b size=4096 mtime=1764000000.000000001 ctime=-2.999999999"
            + " shown=3.000000000 beneath=4.100000000\n"
            + "b: 0 8 linear b.img 0\n",
        "# dmsnap: clean old size=4096 mtime=-86400\nold: 0 8 linear old.img 0\n",
        "base: 0 2048 snapshot-origin base-real\n"
            + "base-real: 0 2048 linear base.img 0\n"
            + "# dmsnap: merge snap when base and it are closed\n"
            + "snap: 0 2048 snapshot base-real snap-cow P 16\n"
            + "snap-cow: 0 1024 linear snap.cow 0\n",
        "base: 0 2048 snapshot-origin base-real\n"
            + "base-real: 0 2048 linear base.img 0\n"
            + "# dmsnap: reset one to what is in .one.cow.new if that is there\n"
            + "one: 0 2048 snapshot base-real one-cow P 16\n"
            + "# dmsnap: reset two to what is in .two.cow.new if that is there\n"
            + "two: 0 2048 snapshot base-real two-cow P 16\n",
      })
  void reads_whatever_a_stop_may_have_written(String text) throws Exception {
    assertThat(TableParser.parse(text)).hasToString(text);
  }

  @Test
  void a_snapshots_line_alone_tells_of_its_origin() throws Exception {
    PoolTable table = TableParser.parse("snap: 0 64 snapshot base-real snap-cow p 16 0");

    assertThat(table)
        .hasToString(
            """
            base: 0 64 snapshot-origin base-real
            base-real: 0 64 linear base.img 0
            snap: 0 64 snapshot base-real snap-cow P 16
            """);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "base",
        "base: 0 8",
        "base: 8 8 linear base.img 0",
        "base: 0 0 linear base.img 0",
        "base: 0 -8 linear base.img 0",
        "base: 0 99999999999999999999 linear base.img 0",
        "base: 0 999999999999999999 linear base.img 0",
        "base: 0 8 linear ../base.img 0",
        "base: 0 8 linear other.img 0",
        "base: 0 8 linear base.img 8",
        "base: 0 8 linear base.img 0 0",
        "../base: 0 8 linear ../base.img 0",
        "ctl: 0 8 linear ctl.img 0",
        "base: 0 8 striped base.img 0",
        "base: 0 8 snapshot-origin other-real",
        "snap-cow: 0 8 linear snap.cow 0",
        "a-real-real: 0 8 linear a-real.img 0",
        "-real: 0 8 linear .img 0",
        "snap: 0 8 snapshot base-real other-cow P 16",
        "snap: 0 8 snapshot base snap-cow P 16",
        "snap: 0 8 snapshot ../base-real snap-cow P 16",
        "snap: 0 8 snapshot base-real snap-cow N 16",
        "snap: 0 8 snapshot base-real snap-cow X 16",
        "snap: 0 8 snapshot base-real snap-cow P 3",
        "snap: 0 8 snapshot base-real snap-cow P 99999999999",
        "snap: 0 8 snapshot base-real snap-cow P",
        "snap: 0 8 snapshot base-real snap-cow P 16 1",
        "snap: 0 8 snapshot base-real snap-cow P 16 3 a b c",
        "snap: 0 8 snapshot base-real snap-cow P 16 1 nothing",
        "snap: 0 8 snapshot base-real snap-cow P 16 1 discard_passdown_origin",
        "snap: 0 8 snapshot snap-real snap-cow P 16",
        "base: 0 8 linear base.img 0\nbase: 0 8 linear base.img 0",
        "base: 0 8 snapshot-origin base-real\nbase-real: 0 16 linear base.img 0",
        "# dmsnap: clean base size=x mtime=1",
        "# dmsnap: clean base size=1 mtime=1.5",
        "# dmsnap: clean base size=1 mtime=1.500000000 ctime=1.500000000",
        "# dmsnap: what is this",
      })
  void refuses_in_words(String text) {
    assertThatThrownBy(() -> TableParser.parse(text))
        .isInstanceOf(ErrnoException.class)
        .hasMessageStartingWith("pool.table, ");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "clean base size=4096 mtime=1764000000",
        "invalid snap Unable to allocate exception",
        "merge snap",
        "reset snap",
        "merging snap into base",
      })
  void refuses_a_directive_that_stands_there_twice(String directive) {
    String line = "# dmsnap: " + directive + "\n";
    assertThatThrownBy(() -> TableParser.parse(line + line))
        .isInstanceOf(ErrnoException.class)
        .hasMessageStartingWith("pool.table, line 2: a second time: " + directive);
  }

  @Test
  void says_which_line() {
    assertThatThrownBy(() -> TableParser.parse("# one\n\nbase: 0 8 linear x 0\n"))
        .hasMessageContaining("line 3")
        .hasMessageContaining("base.img 0");
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void damage_is_refused_or_understood_but_never_worse(long seed) {
    Random random = new Random(seed);
    for (int round = 0; round < 2000; round++) {
      StringBuilder text = new StringBuilder(TABLE);
      for (int i = random.nextInt(4); i >= 0; i--) {
        text.setCharAt(
            random.nextInt(text.length()), (char) random.nextInt(1 + random.nextInt(256)));
      }
      try {
        PoolTable table = TableParser.parse(text.toString());
        assertThat(TableParser.parse(table.toString())).isEqualTo(table);
      } catch (ErrnoException refused) {
        assertThat(refused).hasMessageStartingWith("pool.table, ");
      }
    }
  }

  @Test
  void a_merge_names_its_snapshot_by_the_cow_file() throws Exception {
    String text =
        """
        base: 0 2048 snapshot-merge base-real base-cow PO 8
        base-real: 0 2048 linear base.img 0
        other: 0 2048 snapshot base-real other-cow P 16
        other-cow: 0 512 linear other.cow 0
        base-cow: 0 1024 linear snap.cow 0
        # mine
        """;

    PoolTable table = TableParser.parse(text);

    assertThat(table)
        .hasToString("# mine\n" + text.substring(0, text.length() - "# mine\n".length()));
    assertThat(table.merges()).containsExactly(java.util.Map.entry("snap", MergeStage.RUNNING));
    assertThat(table.snapshots().keySet()).containsExactly("other", "snap");
    assertThat(TableParser.parse(table.toString())).isEqualTo(table);
  }

  @Test
  void merges_that_cannot_be_are_refused() {
    String merge = "base: 0 2048 snapshot-merge base-real base-cow P 16\n";
    String snap = "snap: 0 2048 snapshot base-real snap-cow P 16\n";

    assertThatThrownBy(() -> TableParser.parse(merge)).hasMessageContaining("base-cow");
    assertThatThrownBy(() -> TableParser.parse(merge + "base-cow: 0 8 linear ../x/y.cow 0\n"))
        .isInstanceOf(ErrnoException.class);
    assertThatThrownBy(
            () ->
                TableParser.parse(
                    merge + "base-cow: 0 8 linear s.cow 0\n" + snap + "# dmsnap: merge snap\n"))
        .hasMessageContaining("already merging");
    assertThatThrownBy(() -> TableParser.parse(snap + "snap-cow: 0 8 linear other.cow 0\n"))
        .hasMessageContaining("snap.cow");
  }
}
