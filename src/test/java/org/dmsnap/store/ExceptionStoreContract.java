package org.dmsnap.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Objects;
import org.dmsnap.block.NativeBuffer;
import org.dmsnap.block.RamDevice;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What every exception store does, whatever it keeps where. */
abstract class ExceptionStoreContract {

  /** Exceptions that fit on {@link #cow}. */
  static final int ROOM = 8;

  static final ChunkSize CHUNK = new ChunkSize(8);

  /** A fresh device with room for {@link #ROOM} exceptions. */
  RamDevice cow = new RamDevice((long) CHUNK.bytes() * (ROOM + chunksOfMetadata()));

  /** Opens the store on {@link #cow}. */
  abstract ExceptionStore open() throws IOException;

  /** Chunks of a small device that hold no data. */
  abstract int chunksOfMetadata();

  final long except(ExceptionStore store, long oldChunk) throws IOException {
    ChunkRun run = prepare(store);
    cow.write(CHUNK.positionOf(run.first()), NativeBuffer.allocate(CHUNK.bytes()), CHUNK.bytes());
    store.commit(oldChunk, run);
    return run.first();
  }

  /** Allocates one chunk, of which there must be one. */
  static ChunkRun prepare(ExceptionStore store) {
    return Objects.requireNonNull(store.prepare(1), "no space");
  }

  @Test
  void a_fresh_store_is_valid_and_holds_nothing_but_metadata() throws Exception {
    ExceptionStore store = open();

    assertThat(store.valid()).isTrue();
    assertThat(store.chunkSize()).isEqualTo(CHUNK);
    assertThat(store.usage().empty()).isTrue();
    assertThat(store.usage().metadataSectors()).isEqualTo(8L * chunksOfMetadata());
    assertThat(store.usage().totalSectors()).isEqualTo(8L * (ROOM + chunksOfMetadata()));
  }

  @Test
  void chunks_are_handed_out_in_order_from_the_first_data_chunk() throws Exception {
    ExceptionStore store = open();

    for (int n = 0; n < ROOM; n++) {
      assertThat(prepare(store).first()).isEqualTo(chunksOfMetadata() + n);
    }
  }

  @Test
  void a_prepared_exception_counts_as_allocated() throws Exception {
    ExceptionStore store = open();

    prepare(store);

    assertThat(store.usage().allocatedSectors()).isEqualTo(8L * (chunksOfMetadata() + 1));
  }

  @Test
  void a_full_device_has_no_space_and_stays_valid() throws Exception {
    ExceptionStore store = open();
    for (int n = 0; n < ROOM; n++) {
      except(store, n);
    }

    assertThat(store.prepare(1)).isNull();
    assertThat(store.valid()).isTrue();
    assertThat(store.usage().allocatedSectors()).isEqualTo(store.usage().totalSectors());
  }

  @Test
  void a_device_that_grows_has_space_at_once() throws Exception {
    ExceptionStore store = open();
    for (int n = 0; n < ROOM; n++) {
      except(store, n);
    }

    cow.resize(cow.size() + CHUNK.bytes());

    assertThat(prepare(store).first()).isEqualTo(chunksOfMetadata() + ROOM);
    assertThat(store.usage().totalSectors()).isEqualTo(8L * (ROOM + chunksOfMetadata() + 1));
  }

  @Test
  void a_partial_chunk_at_the_end_is_counted_and_not_used() throws Exception {
    cow.resize(cow.size() + CHUNK.bytes() - 512);
    ExceptionStore store = open();
    for (int n = 0; n < ROOM; n++) {
      except(store, n);
    }

    assertThat(store.prepare(1)).isNull();
    assertThat(store.usage().totalSectors()).isEqualTo(8L * (ROOM + chunksOfMetadata() + 1) - 1);
  }

  @Test
  void a_committed_exception_is_durable_once_flushed() throws Exception {
    ExceptionStore store = open();
    long newChunk = except(store, 5);

    store.flush();

    assertThat(store.durable(newChunk)).isTrue();
  }

  @Test
  void an_abandoned_chunk_holds_up_nobody() throws Exception {
    ExceptionStore store = open();
    ChunkRun lost = prepare(store);
    long newChunk = except(store, 5);

    store.abandon(lost);
    store.flush();

    assertThat(store.durable(newChunk)).isTrue();
  }

  @Test
  void an_invalidated_store_stays_invalid() throws Exception {
    ExceptionStore store = open();

    store.invalidate();

    assertThat(store.valid()).isFalse();
  }

  @Test
  @Timeout(20)
  void a_flush_that_an_earlier_exception_holds_up_ends_with_its_commit() throws Exception {
    ExceptionStore store = open();
    ChunkRun first = prepare(store);
    long second = except(store, 5);
    Thread flusher = new Thread(() -> flush(store));
    flusher.start();
    while (chunksOfMetadata() > 0 && flusher.getState() != Thread.State.WAITING) {
      Thread.onSpinWait();
    }

    store.commit(4, first);
    flusher.join();

    assertThat(store.durable(second)).isTrue();
  }

  private static void flush(ExceptionStore store) {
    try {
      store.flush();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
