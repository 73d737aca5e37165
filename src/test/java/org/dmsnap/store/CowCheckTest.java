package org.dmsnap.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.dmsnap.store.CowImage.record;

import java.util.ArrayList;
import java.util.List;
import org.dmsnap.block.RamDevice;
import org.dmsnap.store.Finding.Severity;
import org.junit.jupiter.api.Test;

/** What a check says of COW devices, right and wrong ones. */
class CowCheckTest {

  private static List<String> check(RamDevice cow, int chunkSectors, long originBytes) {
    byte[] before = cow.content();
    List<String> found = new ArrayList<>();
    CowCheck.check("f", cow, chunkSectors, originBytes, it -> found.add(it.toString()));
    assertThat(cow.content()).isEqualTo(before);
    assertThat(cow.writes() + cow.discards() + cow.syncs()).isZero();
    return found;
  }

  private static List<String> check(CowImage image) {
    return check(image.device(), 0, CowImage.ORIGIN);
  }

  @Test
  void an_orderly_device_is_found_in_order() {
    assertThat(check(CowImage.of(16, 8, record(5, 2), record(0, 3), record(255, 4)))).isEmpty();
  }

  @Test
  void what_is_no_header_is_named_by_field() {
    assertThat(check(CowImage.zeroes(16, 8).put(0, "536e4171")))
        .singleElement()
        .asString()
        .contains("header: ", "begins with 0x71416e53");
    assertThat(check(CowImage.zeroes(16, 8).header(1, 2, 8)))
        .singleElement()
        .asString()
        .contains("header: ", "version 2");
    assertThat(check(CowImage.zeroes(16, 8).header(1, 1, 7)))
        .singleElement()
        .asString()
        .contains("header: ", "chunk size 7", "power of 2");
    assertThat(check(CowImage.zeroes(16, 8).header(1, 1, -1)))
        .singleElement()
        .asString()
        .contains("header: ", "chunk size 4294967295");
    assertThat(check(CowImage.zeroes(16, 8)))
        .singleElement()
        .asString()
        .contains("it has no header");
    assertThat(check(new RamDevice(3), 0, 512)).singleElement().asString().contains("3 bytes");
  }

  @Test
  void flags_and_sizes_that_do_no_harm_are_notes() {
    assertThat(check(CowImage.of(16, 8).header(0, 1, 8)))
        .singleElement()
        .asString()
        .startsWith("f: note: ")
        .contains("Invalid");
    assertThat(check(CowImage.of(16, 8).header(2, 1, 8)))
        .singleElement()
        .asString()
        .startsWith("f: note: ")
        .contains("valid flag (byte 4) is 2");
    assertThat(check(CowImage.of(17, 8).header(1, 1, 16)))
        .singleElement()
        .asString()
        .startsWith("f: note: ")
        .contains("last 4096 bytes");
    assertThat(check(CowImage.of(16, 8).device(), 16, CowImage.ORIGIN))
        .singleElement()
        .asString()
        .startsWith("f: note: ")
        .contains("chunk size 8 in device metadata overrides table chunk size of 16");
  }

  @Test
  void each_record_that_points_astray_is_named_by_area_slot_and_byte() {
    CowImage image =
        CowImage.of(300, 8, record(0, 2), record(1, 100000), record(2, 258), record(256, 3))
            .record(1, 4, -1, 4);

    assertThat(check(image).subList(0, 4))
        .satisfiesExactly(
            it -> assertThat(it).contains("metadata area 0, slot 1 (byte 4112)", "100000"),
            it -> assertThat(it).contains("slot 2 (byte 4128)", "258", "is metadata"),
            it -> assertThat(it).contains("slot 3 (byte 4144)", "256", "beyond the origin"),
            it -> assertThat(it).contains("slot 4 (byte 4160)", "18446744073709551615"));
  }

  @Test
  void an_origin_that_is_not_known_forbids_no_chunk_that_one_could_have() {
    CowImage image = CowImage.of(16, 8, record(1L << 50, 2));

    assertThat(check(image.device(), 0, CowCheck.UNKNOWN)).isEmpty();
    assertThat(check(image.record(1, 0, 1L << 51, 2).device(), 0, CowCheck.UNKNOWN)).hasSize(1);
  }

  @Test
  void a_second_record_for_one_chunk_is_a_problem_on_either_side() {
    assertThat(check(CowImage.of(16, 8, record(7, 2), record(8, 3), record(7, 4))))
        .singleElement()
        .asString()
        .contains("slot 2 (byte 4128)", "origin chunk 7", "not the first");
    assertThat(check(CowImage.of(16, 8, record(7, 2), record(8, 3), record(9, 2))))
        .anySatisfy(
            it ->
                assertThat(it)
                    .startsWith("f: metadata area 0, slot 2 (byte 4128)")
                    .contains("COW chunk 2", "not the first"));
  }

  @Test
  void holes_and_what_stands_behind_the_end_are_notes() {
    assertThat(check(CowImage.of(16, 8, record(0, 2), record(1, 5))))
        .singleElement()
        .asString()
        .startsWith("f: note: 1 of 2 exceptions")
        .contains("slot 1 (byte 4112)");
    assertThat(check(CowImage.of(16, 8, record(0, 2)).record(1, 255, 99, 9)))
        .singleElement()
        .asString()
        .startsWith("f: note: ")
        .contains("slot 1 (byte 4112) ends the list");
  }

  @Test
  void a_list_that_does_not_end_on_the_device_is_a_problem() {
    CowImage image = CowImage.of(34, 1);
    for (int slot = 0; slot < 32; slot++) {
      image.record(1, slot, slot, 2 + slot);
    }

    assertThat(check(image))
        .singleElement()
        .asString()
        .startsWith("f: the list of exceptions does not end: metadata area 1");
  }

  @Test
  void a_device_that_fails_is_unreadable_and_not_wrong() {
    CowImage image = CowImage.of(16, 8, record(0, 2));
    image.device().breakRange(4096, 8192);
    List<Finding> found = new ArrayList<>();

    CowCheck.check("f", image.device(), 0, CowImage.ORIGIN, found::add);

    assertThat(found).extracting(Finding::severity).containsExactly(Severity.UNREADABLE);
  }

  @Test
  void what_is_wrong_a_million_times_is_told_a_thousand_times_and_counted() {
    CowImage image = CowImage.of(4200, 8);
    for (int record = 0; record < 4000; record++) {
      image.record(1 + record / 256 * 257L, record % 256, 1 << 20, chunkOf(record));
    }

    assertThat(check(image)).hasSize(1001).last().asString().contains("and 3000 more");
  }

  private static long chunkOf(int record) {
    return record / 256 * 257L + 2 + record % 256;
  }
}
