package org.dmsnap.pool.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.dmsnap.block.ErrnoException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Snapshots of snapshots in {@code pool.table}. */
class StackTableTest {

  private static final String TABLE =
      """
      base: 0 64 snapshot-origin base-real
      base-real: 0 64 linear base.img 0
      s: 0 64 snapshot base-real s-cow P 16
      s-cow: 0 48 linear s.cow 0
      a: 0 64 snapshot s-real a-cow P 8
      # dmsnap: merging z into a
      z: 0 64 snapshot a-real z-cow PO 16
      z-cow: 0 48 linear z.cow 0
      """;

  @Test
  void prints_what_it_has_read() throws Exception {
    assertThat(TableParser.parse(TABLE)).hasToString(TABLE);
  }

  @Test
  void each_comes_behind_what_it_reads_through() throws Exception {
    PoolTable table = TableParser.parse(TABLE);

    assertThat(table.treeOf("base")).containsExactly("s", "a", "z");
    assertThat(table.snapshotsOf("base")).containsExactly("s");
    assertThat(table.bottomOf("z")).isEqualTo("base");
    assertThat(table.merges()).containsEntry("z", MergeStage.RUNNING);
  }

  @Test
  void what_each_was_taken_of_is_kept() throws Exception {
    String text =
        """
        base: 0 64 snapshot-origin base-real
        base-real: 0 64 linear base.img 0
        s2: 0 64 snapshot base-real s2-cow P 16
        # dmsnap: taken s1 of base
        # dmsnap: merge s1 when base and it are closed
        s1: 0 64 snapshot s2-real s1-cow P 16
        """;

    PoolTable table = TableParser.parse(text);

    assertThat(table).hasToString(text);
    assertThat(table.withFlat("s1").toString())
        .doesNotContain("taken")
        .contains("s1: 0 64 snapshot base-real");
    assertThat(table.withLeaf("s2").without("s2").toString()).doesNotContain("taken");
    assertThat(table.withBeneath("s3", table.snapshots().get("s2")).toString())
        .contains("# dmsnap: taken s2 of base\ns2: 0 64 snapshot s3-real s2-cow P 16\n");
  }

  @Test
  void lines_as_the_kernel_has_them_say_the_same_in_any_order() throws Exception {
    PoolTable table =
        TableParser.parse(
            """
            t: 0 64 snapshot s-real t-cow P 16
            s: 0 64 snapshot-origin s-real
            s-real: 0 64 snapshot base-real s-cow P 16
            base: 0 64 snapshot-origin base-real
            """);

    assertThat(table)
        .hasToString(
            """
            base: 0 64 snapshot-origin base-real
            base-real: 0 64 linear base.img 0
            s: 0 64 snapshot base-real s-cow P 16
            t: 0 64 snapshot s-real t-cow P 16
            """);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a: 0 8 snapshot a-real a-cow P 8",
        "a: 0 8 snapshot b-real a-cow P 8\nb: 0 8 snapshot a-real b-cow P 8",
        "s: 0 8 snapshot b-real s-cow P 8\ns-real: 0 8 snapshot b-real s-cow P 8",
        "s-real: 0 8 snapshot b-real s-cow P 8\ns: 0 16 snapshot-origin s-real",
        "s: 0 8 snapshot b-real s-cow P 8\ns: 0 8 snapshot-origin s-real",
        "s: 0 8 snapshot b-real s-cow P 8\nt: 0 8 snapshot b-real s-cow P 8",
        "s-real: 0 8 snapshot b-real s-cow P 8\ns: 0 8 linear s.img 0",
        "s: 0 8 snapshot b-real s-cow P 8\n# dmsnap: merging s into b",
        "# dmsnap: merging s into b",
        "s: 0 8 snapshot b-real s-cow P 8\nt: 0 8 snapshot s-real t-cow P 8\n"
            + "u: 0 8 snapshot t-real u-cow P 8\n# dmsnap: merging t into s",
        "s: 0 8 snapshot b-real s-cow P 8\n# dmsnap: taken s of c",
        "s: 0 8 snapshot b-real s-cow P 8\n# dmsnap: taken s of s",
        "s: 0 8 snapshot b-real s-cow P 8\nt: 0 8 snapshot s-real t-cow P 8\n"
            + "# dmsnap: taken t of b\n# dmsnap: merging t into s",
        "s: 0 8 snapshot b-real s-cow P 8\nt: 0 8 snapshot s-real t-cow P 8\n"
            + "# dmsnap: taken t of b\n# dmsnap: merge t\n# dmsnap: merge s",
      })
  void refuses_in_words(String text) {
    assertThatThrownBy(() -> TableParser.parse(text))
        .isInstanceOf(ErrnoException.class)
        .hasMessageContaining("pool.table");
  }

  @Test
  void a_stack_has_at_most_32_snapshots() throws Exception {
    assertThat(TableParser.parse(stack(32)).snapshots()).hasSize(32);
    assertThatThrownBy(() -> TableParser.parse(stack(33)))
        .hasMessageContaining("reads through itself, or through more than 32 snapshots");
  }

  private static String stack(int depth) {
    return IntStream.rangeClosed(1, depth)
        .mapToObj(n -> "s" + n + ": 0 8 snapshot s" + (n - 1) + "-real s" + n + "-cow P 8\n")
        .collect(Collectors.joining());
  }
}
