package org.dmsnap.control;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.dmsnap.block.Sectors;
import org.dmsnap.pool.table.Identity;
import org.dmsnap.pool.volume.VolumeReport;
import org.dmsnap.store.Usage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TextFilesTest extends ControlFixture {

  private static final Usage USAGE = new Usage(2072, 16384, 16);

  /** A snapshot, with one letter for each of its states. */
  private static VolumeReport snapshot(String states) {
    return volume("snap", "base", 0, states);
  }

  private static VolumeReport origin(int snapshots, String states) {
    return volume("base", null, snapshots, states);
  }

  private static VolumeReport volume(String name, String origin, int snapshots, String states) {
    return new VolumeReport(
        name,
        origin,
        256 << 20,
        origin == null ? 0 : Sectors.toBytes(USAGE.totalSectors()),
        states.contains("o"),
        snapshots,
        states.contains("I"),
        states.contains("O"),
        states.contains("m"),
        states.contains("f"),
        states.contains("d"),
        states.contains("s"),
        states.contains("r"),
        origin == null ? null : 12.646,
        origin == null ? null : USAGE,
        origin == null ? 0 : 16,
        Identity.fresh());
  }

  @ParameterizedTest
  @CsvSource({
    "0, '', -wi-a-----",
    "0, o, -wi-ao----",
    "0, r, -ri-a-----",
    "0, s, -wi-s-----",
    "2, '', owi-a-s---",
    "1, o, owi-aos---",
    "1, mo, Owi-aos---",
    "1, mf, Owi-m-s---",
    "1, mfs, Owi-M-s---"
  })
  void the_attributes_of_an_origin_are_lvm_s(int snapshots, String states, String attributes) {
    assertThat(LvsTable.attributes(origin(snapshots, states))).isEqualTo(attributes);
  }

  @ParameterizedTest
  @CsvSource({
    "'', swi-a-s---",
    "o, swi-aos---",
    "r, sri-a-s---",
    "s, swi-s-s---",
    "I, swi-I-s---",
    "Is, swi-S-s---",
    "O, swi-a-s---",
    "m, Swi-a-s---",
    "mf, Swi-m-s---"
  })
  void the_attributes_of_a_snapshot_are_lvm_s(String states, String attributes) {
    assertThat(LvsTable.attributes(snapshot(states))).isEqualTo(attributes);
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0.00",
    "0.0001, 0.01",
    "12.646, 12.65",
    "12, 12.00",
    "99.9999, 99.99",
    "100, 100.00"
  })
  void a_percentage_is_never_rounded_to_an_end(double percent, String printed) {
    assertThat(LvsTable.percent(percent)).isEqualTo(printed);
  }

  @Test
  void the_table_is_laid_out_as_lvs_does() {
    String table = LvsTable.render("vg", List.of(snapshot(""), origin(1, "o")));

    assertThat(table)
        .isEqualTo(
            """
            |  LV   VG Attr       LSize   Origin Snap% |
            |  base vg owi-aos--- 256.00m              |
            |  snap vg swi-a-s---   8.00m base   12.65 |
            """
                .replace("|", ""));
  }

  @ParameterizedTest
  @CsvSource({
    "v, '  LV   VG Attr       ', '  base v  owi-aos--- '",
    "vg, '  LV   VG Attr       ', '  base vg owi-aos--- '",
    "abc, '  LV   VG  Attr       ', '  base abc owi-aos--- '",
    "vg00x, '  LV   VG    Attr       ', '  base vg00x owi-aos--- '"
  })
  void the_vg_column_is_as_wide_as_lvm_s(String vg, String headings, String row) {
    assertThat(LvsTable.render(vg, List.of(origin(1, "o")))).contains(headings, "\n" + row);
  }

  @Test
  void an_invalid_snapshot_is_full_and_a_merging_one_in_brackets() {
    assertThat(LvsTable.render("vg", List.of(snapshot("I")))).contains("base   100.00");
    assertThat(LvsTable.render("vg", List.of(snapshot("m")))).contains("  [snap] vg ");
    assertThat(LvsTable.render("vg", List.of(snapshot("d")))).contains("  [snap] vg ");
  }

  @Test
  void metrics_have_help_type_and_labels() {
    String text =
        MetricsText.render("v\"g\\", List.of(origin(1, "o"), snapshot("I")), pool.server());

    assertThat(text)
        .contains("# HELP dmsnap_volume_size_bytes ", "# TYPE dmsnap_volume_size_bytes gauge\n")
        .contains("dmsnap_volume_size_bytes{vg=\"v\\\"g\\\\\",volume=\"base\"} 268435456\n")
        .contains("dmsnap_volume_open{vg=\"v\\\"g\\\\\",volume=\"base\"} 1\n")
        .contains("volume=\"snap\",origin=\"base\"} 2072\n")
        .containsPattern("dmsnap_snapshot_valid.* 0\n");
  }

  @Test
  void a_real_pool_is_shown_under_its_directory_s_name() {
    write("create", "base 1M");
    write("snapshot", "snap base 1M");

    assertThat(TextFiles.lvs(pool)).contains("  base vg owi-a-s---", "base   0.00");
    assertThat(TextFiles.metrics(pool)).contains("dmsnap_snapshot_total_sectors{vg=\"vg\",");
  }
}
