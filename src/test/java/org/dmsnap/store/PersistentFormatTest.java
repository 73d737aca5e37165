package org.dmsnap.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.dmsnap.store.CowImage.record;

import java.util.Arrays;
import jnr.constants.platform.Errno;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.dmsnap.block.ErrnoException;
import org.junit.jupiter.api.Test;

/** The kernel's format, pinned by bytes, and what it takes for a store. */
class PersistentFormatTest {

  private static final String FRESH = "536e4170010000000100000008000000";

  private static void refused(Errno errno, String words, ThrowingCallable open) {
    assertThatThrownBy(open)
        .isInstanceOfSatisfying(ErrnoException.class, e -> assertThat(e.errno()).isEqualTo(errno))
        .hasMessageContaining(words);
  }

  @Test
  void a_fresh_store_is_a_header_and_an_empty_area() throws Exception {
    CowImage image = CowImage.zeroes(16, 8);
    byte[] old = new byte[15 * 4096];
    Arrays.fill(old, (byte) 0x55);
    image.device().put(4096, old);

    image.open(8);

    assertThat(image.hex(0, 16)).isEqualTo(FRESH);
    assertThat(image.device().content(16, 2 * 4096 - 16)).containsOnly(0);
    assertThat(image.device().content(2 * 4096, 14 * 4096)).containsOnly(0x55);
  }

  @Test
  void four_zero_bytes_make_a_device_fresh_whatever_follows() throws Exception {
    CowImage image = CowImage.zeroes(16, 8).put(4, "ffffffffffffffffffffffffffffffff");

    image.open(8);

    assertThat(image.hex(0, 24)).isEqualTo(FRESH + "0000000000000000");
  }

  @Test
  void another_magic_number_is_refused() {
    CowImage image = CowImage.zeroes(16, 8).put(0, "78563412");

    refused(Errno.ENXIO, "Invalid or corrupt snapshot", () -> image.open(8));
  }

  @Test
  void another_version_is_refused_even_in_an_invalid_store() {
    refused(
        Errno.EINVAL,
        "unable to handle snapshot disk version 2",
        () -> CowImage.zeroes(16, 8).header(1, 2, 8).open(8));
    refused(
        Errno.EINVAL,
        "unable to handle snapshot disk version 2",
        () -> CowImage.zeroes(16, 8).header(0, 2, 8).open(8));
  }

  @Test
  void an_invalid_store_opens_as_invalid_and_loads_nothing() throws Exception {
    CowImage image = CowImage.of(16, 8, record(0, 2)).header(0, 1, 8);

    assertThat(image.open(8).store().valid()).isFalse();
    assertThat(image.open(8).loaded()).isEmpty();
  }

  @Test
  void any_valid_word_but_zero_is_valid() throws Exception {
    CowImage image = CowImage.of(16, 8, record(0, 2)).header(2, 1, 8);

    assertThat(image.open(8).store().valid()).isTrue();
    assertThat(image.hex(4, 4)).isEqualTo("02000000");
  }

  @Test
  void the_header_overrides_the_chunk_size_of_the_table() throws Exception {
    ExceptionStore store = CowImage.of(16, 16).open(8).store();

    assertThat(store.chunkSize()).isEqualTo(new ChunkSize(16));
    assertThat(store.usage()).hasToString("32/256 32");
  }

  @Test
  void a_chunk_size_that_cannot_be_is_refused() {
    refused(
        Errno.EINVAL,
        "invalid on-disk chunk size 0: ",
        () -> CowImage.zeroes(16, 8).header(1, 1, 0).open(8));
    refused(
        Errno.EINVAL,
        "invalid on-disk chunk size 3: Chunk size is not a power of 2",
        () -> CowImage.zeroes(16, 8).header(1, 1, 3).open(8));
  }

  @Test
  void the_default_chunk_is_32_sectors_or_the_headers() throws Exception {
    assertThat(CowImage.zeroes(16, 32).open(0).store().usage()).hasToString("64/512 64");
    assertThat(CowImage.of(16, 16).open(0).store().chunkSize()).isEqualTo(new ChunkSize(16));
  }

  @Test
  void one_chunk_is_too_small_and_two_hold_nothing() throws Exception {
    refused(Errno.EIO, "", () -> CowImage.zeroes(1, 8).open(8));

    ExceptionStore store = CowImage.zeroes(2, 8).open(8).store();

    assertThat(store.usage()).hasToString("16/16 16");
    assertThat(store.prepare(1)).isNull();
  }

  @Test
  void the_33rd_record_of_a_small_chunk_starts_the_next_area() throws Exception {
    CowImage image = CowImage.zeroes(2048, 1);
    ExceptionStore store = image.open(1).store();
    for (int n = 0; n < 33; n++) {
      store.commit(100 + n, ExceptionStoreContract.prepare(store));
    }
    store.flush();

    assertThat(image.recordAt(1, 31)).isEqualTo("131->33");
    assertThat(image.recordAt(34, 0)).isEqualTo("132->35");
    assertThat(image.recordAt(34, 1)).isEqualTo("0->0");
    assertThat(image.open(1).loaded()).hasSize(33).startsWith("100->2").endsWith("132->35");
  }

  @Test
  void what_the_kernel_lost_to_a_hole_stays_lost() throws Exception {
    CowImage.Opened opened = CowImage.of(16, 8, record(0, 2), record(1, 5)).open(8);

    assertThat(opened.loaded()).containsExactly("0->2", "1->5");
    assertThat(ExceptionStoreContract.prepare(opened.store()).first()).isEqualTo(6);
  }

  @Test
  void records_need_not_be_in_order() throws Exception {
    CowImage.Opened opened = CowImage.of(16, 8, record(0, 5), record(1, 2)).open(8);

    assertThat(opened.loaded()).containsExactly("0->5", "1->2");
    assertThat(ExceptionStoreContract.prepare(opened.store()).first()).isEqualTo(6);
  }

  @Test
  void an_origin_chunk_may_be_recorded_twice() throws Exception {
    CowImage.Opened opened = CowImage.of(16, 8, record(7, 2), record(7, 3)).open(8);

    assertThat(opened.loaded()).startsWith("7->2");
    assertThat(ExceptionStoreContract.prepare(opened.store()).first()).isEqualTo(4);
  }

  @Test
  void what_follows_the_terminator_is_not_loaded_and_never_comes_back() throws Exception {
    CowImage image = CowImage.of(16, 8, record(0, 2)).record(1, 2, 99, 9);
    CowImage.Opened opened = image.open(8);
    assertThat(opened.loaded()).containsExactly("0->2");

    opened.store().commit(1, ExceptionStoreContract.prepare(opened.store()));
    opened.store().flush();

    assertThat(image.recordAt(1, 1)).isEqualTo("1->3");
    assertThat(image.recordAt(1, 2)).isEqualTo("0->0");
    assertThat(image.open(8).loaded()).containsExactly("0->2", "1->3");
  }

  @Test
  void what_follows_the_terminator_is_gone_before_the_first_record_is_written() throws Exception {
    CowImage image = CowImage.of(64, 1, record(0, 2)).record(1, 1, 0, 0).record(1, 2, 99, 9);
    ExceptionStore store = image.open(1).store();
    image
        .device()
        .onEach(
            (operation, position, length) -> {
              if (operation.toString().equals("SYNC") && image.recordAt(1, 1).equals("1->3")) {
                assertThat(image.recordAt(1, 2)).isEqualTo("0->0");
              }
            });

    store.commit(1, ExceptionStoreContract.prepare(store));
    store.flush();

    assertThat(image.recordAt(1, 1)).isEqualTo("1->3");
  }

  @Test
  void a_load_writes_nothing() throws Exception {
    CowImage image = CowImage.of(16, 8, record(0, 2), record(1, 5)).record(1, 3, 99, 9);
    byte[] before = image.device().content();

    image.open(8);

    assertThat(image.device().content()).isEqualTo(before);
    assertThat(image.device().writes()).isZero();
  }

  @Test
  void a_full_area_with_no_area_after_it_is_refused() {
    CowImage image = CowImage.of(34, 1);
    for (int slot = 0; slot < 32; slot++) {
      image.record(1, slot, slot, 2 + slot);
    }

    refused(Errno.EIO, "", () -> image.open(1));
  }

  @Test
  void a_record_that_points_beyond_a_device_or_at_metadata_is_refused_by_name() {
    refused(Errno.EINVAL, "100000", () -> CowImage.of(512, 8, record(7, 100000)).open(8));
    refused(Errno.EINVAL, "1", () -> CowImage.of(512, 8, record(7, 1)).open(8));
    refused(Errno.EINVAL, "258", () -> CowImage.of(512, 8, record(7, 258)).open(8));
    refused(Errno.EINVAL, "4096", () -> CowImage.of(512, 8, record(4096, 2)).open(8));
    refused(Errno.EINVAL, "", () -> CowImage.of(512, 8, record(-1, 2)).open(8));
    refused(Errno.EINVAL, "", () -> CowImage.of(512, 8, record(7, -1)).open(8));
  }

  @Test
  void the_next_allocation_never_lands_on_metadata() throws Exception {
    assertThat(
            ExceptionStoreContract.prepare(CowImage.of(512, 8, record(0, 257)).open(8).store())
                .first())
        .isEqualTo(259);
  }

  @Test
  void the_types_are_known_by_the_kernels_words() {
    for (String word : new String[] {"P", "p"}) {
      assertThat(ExceptionStoreType.of(word).code()).isEqualTo("P");
    }
    for (String word : new String[] {"PO", "po", "Po", "pOx"}) {
      assertThat(ExceptionStoreType.of(word).code()).isEqualTo("PO");
    }
    for (String word : new String[] {"N", "n", "NO", "Nfoo"}) {
      assertThat(ExceptionStoreType.of(word).code()).isEqualTo("N");
    }
    for (String word : new String[] {"PX", "persistent", "X", ""}) {
      assertThatThrownBy(() -> ExceptionStoreType.of(word))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }
}
