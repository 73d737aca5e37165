package org.dmsnap.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import jnr.constants.platform.Errno;
import org.dmsnap.block.ErrnoException;
import org.dmsnap.block.RamDevice;
import org.dmsnap.block.RamDevice.Operation;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PersistentStoreTest extends ExceptionStoreContract {

  @Override
  ExceptionStore open() throws IOException {
    return open(cow, CHUNK.sectors());
  }

  @Override
  int chunksOfMetadata() {
    return 2;
  }

  private static ExceptionStore open(RamDevice device, int chunkSectors) throws IOException {
    return ExceptionStoreType.of("P")
        .open(CowFile.alone(device), chunkSectors, CowImage.ORIGIN, (from, to) -> {});
  }

  private static void fill(ExceptionStore store, int exceptions) throws IOException {
    for (int n = 0; n < exceptions; n++) {
      store.commit(n, prepare(store));
    }
    store.flush();
  }

  @ParameterizedTest(name = "{0} exceptions")
  @CsvSource({
    "0, 2/2048 2",
    "1, 3/2048 2",
    "31, 33/2048 2",
    "32, 35/2048 3",
    "33, 36/2048 3",
    "64, 68/2048 4",
    "70, 74/2048 4"
  })
  void the_numbers_are_those_of_the_kernel(int exceptions, String numbers) throws Exception {
    CowImage image = CowImage.zeroes(2048, 1);
    ExceptionStore store = image.open(1).store();

    fill(store, exceptions);

    assertThat(store.usage()).hasToString(numbers);
    assertThat(image.open(1).store().usage()).hasToString(numbers);
  }

  @Test
  void the_disk_begins_with_chunk_data_ahead_of_the_sync() throws Exception {
    cow = new RamDevice(CHUNK.positionOf(400));
    ExceptionStore store = open();
    for (int n = 0; n < 63; n++) {
      except(store, n);
    }
    assertThat(cow.startedTo()).isZero(); // so little is not worth the call

    long last = except(store, 63);

    assertThat(cow.startedFrom()).isEqualTo(CHUNK.positionOf(AreaLayout.FIRST_DATA_CHUNK));
    assertThat(cow.startedTo()).isEqualTo(CHUNK.positionOf(last + 1));
    store.flush();

    cow = new RamDevice(cow.content());
    store = open();
    for (int n = 64; n < 128; n++) {
      except(store, n);
    }
    assertThat(cow.startedFrom()).isEqualTo(CHUNK.positionOf(last + 1)); // not what is old
  }

  @Test
  void every_chunk_number_follows_from_how_many_went_before() throws Exception {
    for (int sectors : new int[] {1, 2, 8}) {
      ExceptionStore store = open(new RamDevice(1300L * sectors * 512), sectors);
      int perArea = 32 * sectors;
      for (int k = 0; k < 1200; k++) {
        assertThat(prepare(store).first())
            .isEqualTo(k / perArea * (perArea + 1L) + 2 + k % perArea);
      }
    }
  }

  @ParameterizedTest(name = "{0} chunks")
  @CsvSource({"2, 0", "3, 1", "33, 31", "35, 32", "36, 33", "68, 64", "69, 65"})
  void a_device_holds_as_many_exceptions_as_in_the_kernel(int chunks, int room) throws Exception {
    ExceptionStore store = CowImage.zeroes(chunks, 1).open(1).store();

    fill(store, room);

    assertThat(store.prepare(1)).isNull();
    assertThat(store.valid()).isTrue();
  }

  @Test
  void an_area_that_fills_up_with_no_room_for_the_next_fails_the_store() throws Exception {
    CowImage image = CowImage.zeroes(34, 1);
    ExceptionStore store = image.open(1).store();
    fill(store, 31);

    assertThatThrownBy(() -> fill(store, 1)).isInstanceOf(ErrnoException.class);
  }

  @Test
  void data_is_synced_before_its_record_and_its_record_before_it_counts() throws Exception {
    ExceptionStore store = open();
    List<String> order = record();

    except(store, 5);
    store.flush();

    assertThat(order).containsExactly("WRITE 2", "SYNC", "WRITE 1", "SYNC");
  }

  @Test
  void the_next_area_is_zeroed_under_the_sync_that_precedes_the_full_one() throws Exception {
    cow = new RamDevice(600L * CHUNK.bytes());
    ExceptionStore store = open();
    fill(store, 255);
    List<String> order = record();

    except(store, 300);
    store.flush();

    assertThat(order).hasSize(5).startsWith("WRITE 257").endsWith("SYNC", "WRITE 1", "SYNC");
    assertThat(order.get(1)).isIn("ZERO 258", "WRITE 258");
  }

  @Test
  void many_exceptions_share_one_group() throws Exception {
    ExceptionStore store = open(cow = new RamDevice(64L * CHUNK.bytes()), CHUNK.sectors());
    int syncs = cow.syncs();

    for (int n = 0; n < 40; n++) {
      store.commit(n, prepare(store));
    }
    store.flush();

    assertThat(cow.syncs() - syncs).isEqualTo(2);
  }

  @Test
  void records_stand_in_the_order_of_allocation_whatever_finished_first() throws Exception {
    CowImage image = CowImage.zeroes(32, 8);
    ExceptionStore store = image.open(8).store();
    ChunkRun first = prepare(store);
    ChunkRun second = prepare(store);

    store.commit(20, second);
    assertThat(store.durable(second.first())).isFalse();
    store.commit(10, first);
    store.flush();

    assertThat(image.recordAt(1, 0)).isEqualTo("10->2");
    assertThat(image.recordAt(1, 1)).isEqualTo("20->3");
    assertThat(image.recordAt(1, 2)).isEqualTo("0->0");
  }

  @Test
  void whoever_waits_for_a_later_one_waits_for_those_before() throws Exception {
    CowImage image = CowImage.zeroes(32, 8);
    ExceptionStore store = image.open(8).store();
    ChunkRun first = prepare(store);
    ChunkRun second = prepare(store);
    store.commit(20, second);

    FutureTask<Void> wait =
        new FutureTask<>(
            () -> {
              store.awaitDurable(second.first());
              return null;
            });
    Thread waiting = new Thread(wait);
    waiting.start();
    while (waiting.isAlive() && waiting.getState() != Thread.State.WAITING) {
      Thread.onSpinWait();
    }
    store.commit(10, first);
    wait.get();

    assertThat(image.recordAt(1, 0)).isEqualTo("10->2");
    assertThat(image.recordAt(1, 1)).isEqualTo("20->3");
  }

  @Test
  void a_failed_sync_fails_the_store_until_it_is_opened_again() throws Exception {
    ExceptionStore store = open();
    long newChunk = except(store, 5);
    cow.failSync();
    assertThatThrownBy(store::flush).isInstanceOf(ErrnoException.class);

    cow.repair();

    assertThatThrownBy(store::flush).isInstanceOf(ErrnoException.class);
    assertThat(store.durable(newChunk)).isFalse();
  }

  @Test
  void invalidation_changes_one_word_of_the_header_durably() throws Exception {
    ExceptionStore store = open();
    fill(store, 1);
    byte[] before = cow.content();
    int syncs = cow.syncs();

    store.invalidate();

    before[4] = 0;
    assertThat(cow.content()).isEqualTo(before);
    assertThat(cow.syncs()).isGreaterThan(syncs);
  }

  @Test
  void invalidation_waits_for_a_group_that_may_be_told_in_its_place_of_a_failure()
      throws Exception {
    ExceptionStore store = open();
    except(store, 5);
    CountDownLatch grouping = new CountDownLatch(1);
    CountDownLatch invalidating = new CountDownLatch(1);
    List<String> order = new CopyOnWriteArrayList<>();
    cow.onEach(
        (operation, position, length) -> {
          if (operation == Operation.WRITE && position == 0) {
            order.add("header");
            invalidating.countDown();
          } else if (operation == Operation.SYNC && grouping.getCount() > 0) {
            grouping.countDown();
            awaitAWhile(invalidating);
          } else if (operation == Operation.SYNC) {
            order.add("sync");
          }
        });
    FutureTask<Void> group =
        new FutureTask<>(
            () -> {
              store.awaitAllDurable();
              return null;
            });

    new Thread(group).start();
    grouping.await();
    store.invalidate();
    group.get();

    assertThat(order).containsExactly("sync", "header", "sync");
  }

  /** Gives what must not happen time to happen. */
  private static void awaitAWhile(CountDownLatch latch) throws ErrnoException {
    try {
      latch.await(200, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      throw new ErrnoException(Errno.EINTR, "interrupted", e);
    }
  }

  @Test
  void closing_writes_nothing() throws Exception {
    ExceptionStore store = open();
    fill(store, 3);
    byte[] before = cow.content();

    assertThat(cow.content()).isEqualTo(before);
    assertThat(cow.isClosed()).isFalse();
  }

  /** Writes and syncs of the device from now on, by chunk. */
  private List<String> record() {
    List<String> order = new ArrayList<>();
    cow.onEach(
        (operation, position, length) -> {
          if (operation == Operation.SYNC) {
            order.add("SYNC");
          } else if (operation != Operation.READ) {
            order.add(operation + " " + CHUNK.chunkOf(position));
          }
        });
    return order;
  }
}
