package org.dmsnap.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.dmsnap.engine.Bench.CHUNK;
import static org.dmsnap.engine.Bench.bytes;
import static org.dmsnap.engine.FullSnapshotTest.fails;

import java.io.IOException;
import java.util.Set;
import jnr.constants.platform.Errno;
import org.dmsnap.block.ErrnoException;
import org.dmsnap.block.RamDevice;
import org.dmsnap.block.RamDevice.Operation;
import org.dmsnap.store.CowFile;
import org.dmsnap.store.ExceptionStoreType;
import org.junit.jupiter.api.Test;

/**
 * A snapshot that fails its origin becomes Invalid; the origin and its siblings go on. What fails
 * for its own sake alone: {@link OwnFailureTest}.
 */
class FailingDeviceTest {

  private static final String IO_ERROR = "Invalid: Error reading/writing";

  private final Bench bench = Bench.create();
  private final RamDevice cow = Bench.cow(64);

  @Test
  void a_read_error_of_the_origin_is_passed_on_and_changes_nothing() throws Exception {
    Snapshot snapshot = bench.snapshot(cow, "P", 8);
    bench.image.breakRange(CHUNK, 2 * CHUNK);

    fails(Errno.EIO, () -> Io.read(snapshot, CHUNK, 1));

    assertThat(snapshot.valid()).isTrue();
    bench.image.repair();
    assertThat(Io.read(snapshot)).isEqualTo(bench.before);
  }

  @Test
  void an_error_of_an_excepted_chunk_is_passed_on_and_changes_nothing() throws Exception {
    Snapshot snapshot = bench.snapshot(cow, "P", 8);
    Io.write(snapshot, 0, bytes(CHUNK, 1));
    cow.breakRange(2 * CHUNK, 3 * CHUNK);

    fails(Errno.EIO, () -> Io.read(snapshot, 0, 1));
    fails(Errno.EIO, () -> Io.write(snapshot, 0, new byte[1]));

    assertThat(snapshot.status()).isEqualTo("24/512 16");
  }

  @Test
  void a_copy_out_that_cannot_be_written_makes_it_invalid_and_the_origin_goes_on()
      throws Exception {
    Snapshot snapshot = bench.snapshot(cow, "P", 8);
    Snapshot sibling = bench.snapshot(8);
    cow.breakRange(2 * CHUNK, 3 * CHUNK);

    Io.write(bench.volume, 0, bytes(CHUNK, 1));

    assertThat(snapshot.status()).isEqualTo("Invalid");
    assertThat(cow.content(4, 4)).containsOnly(0);
    assertThat(bench.events.all()).singleElement().asString().startsWith(IO_ERROR + ": write of");
    assertThat(Io.read(bench.volume, 0, CHUNK)).isEqualTo(bytes(CHUNK, 1));
    assertThat(Io.read(sibling)).isEqualTo(bench.before);
  }

  @Test
  void a_record_that_cannot_be_written_makes_it_invalid_and_is_absent() throws Exception {
    Snapshot snapshot = bench.snapshot(cow, "P", 8);
    cow.breakRange(CHUNK, 2 * CHUNK);

    Io.write(bench.volume, 0, bytes(CHUNK, 1));
    bench.volume.flush();

    assertThat(snapshot.status()).isEqualTo("Invalid");
    assertThat(cow.content(4, 4)).containsOnly(0);
    assertThat(cow.content(CHUNK, CHUNK)).containsOnly(0);
    assertThat(Io.read(bench.volume, 0, CHUNK)).isEqualTo(bytes(CHUNK, 1));
  }

  @Test
  void a_failed_sync_makes_it_invalid_and_the_listener_is_told_that_the_header_is_not()
      throws Exception {
    Snapshot snapshot = bench.snapshot(cow, "P", 8);
    cow.failSync();

    Io.write(bench.volume, 0, bytes(CHUNK, 1));
    bench.volume.flush();

    assertThat(snapshot.status()).isEqualTo("Invalid");
    assertThat(bench.events.all())
        .singleElement()
        .asString()
        .startsWith(IO_ERROR)
        .endsWith("(not recorded)");
  }

  @Test
  void the_origins_write_fails_if_nobody_can_record_that_it_is_invalid() throws Exception {
    RecordedEvents deaf =
        new RecordedEvents() {
          @Override
          public void invalidated(Snapshot snapshot, String reason, boolean recorded)
              throws IOException {
            super.invalidated(snapshot, reason, recorded);
            throw new ErrnoException(Errno.EIO, "cannot record it");
          }
        };
    bench.origin.add(
        Snapshot.open(
            bench.origin, CowFile.alone(cow), ExceptionStoreType.of("P"), 8, Set.of(), deaf));
    cow.breakFrom(0);

    fails(Errno.EIO, () -> Io.write(bench.volume, 0, bytes(CHUNK, 1)));
    fails(Errno.EIO, () -> Io.write(bench.volume, 0, bytes(CHUNK, 1)));

    assertThat(bench.image.content()).isEqualTo(bench.before);
    assertThat(deaf.all()).hasSizeGreaterThan(1);
    assertThat(Set.copyOf(deaf.all())).hasSize(1); // the same reason, however often it is tried
  }

  @Test
  void an_origin_chunk_that_cannot_be_read_is_lost_to_all_snapshots_and_still_written()
      throws Exception {
    Snapshot snapshot = bench.snapshot(cow, "P", 8);
    bench.image.onEach(
        (operation, position, length) -> {
          if (operation == Operation.READ) {
            throw new ErrnoException(Errno.EIO, "cannot be read");
          }
        });

    Io.write(bench.volume, 0, bytes(CHUNK, 1));

    assertThat(snapshot.status()).isEqualTo("Invalid");
    assertThat(bench.image.content(0, CHUNK)).isEqualTo(bytes(CHUNK, 1));
  }

  @Test
  void a_failed_flush_of_the_origin_is_not_forgotten() throws Exception {
    Io.write(bench.volume, 0, bytes(CHUNK, 1));
    bench.image.failSync();

    fails(Errno.EIO, bench.volume::flush);
    bench.image.repair();

    fails(Errno.EIO, bench.volume::flush);
  }
}
