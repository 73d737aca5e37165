package org.dmsnap.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import org.dmsnap.block.ErrnoException;
import org.dmsnap.block.Extents;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where data and holes are said to be while they come and go, at chosen moments. */
class ExtentsRaceTest {

  private static final int SIZE = 1 << 20;
  private static final int CHUNK = 4096;
  private static final int AT = 16 * CHUNK;

  @TempDir Path directory;
  private SparseBench bench;

  @BeforeEach
  void open() throws IOException {
    bench = new SparseBench(directory, SIZE);
  }

  @AfterEach
  void close() throws IOException {
    bench.close();
  }

  @Test
  void what_the_origin_gives_back_while_it_is_looked_at_stays_data_of_a_snapshot()
      throws Exception {
    Io.write(bench.volume, AT, Bench.bytes(CHUNK, 1));
    Snapshot snapshot = bench.snapshot("P", 8);
    Changing image = new Changing(bench.image, () -> bench.volume.discard(0, SIZE), () -> {});
    Extents extents = new SnapshotExtents(snapshot, () -> image);

    assertThat(extents.dataFrom(0, SIZE)).isEqualTo(AT);
    assertThat(extents.holeFrom(AT, SIZE)).isEqualTo(AT + CHUNK);
    assertThat(bench.image.dataFrom(0, SIZE)).isEqualTo(SIZE);
  }

  @Test
  void what_is_merged_while_it_is_looked_at_stays_data() throws Exception {
    Snapshot snapshot = bench.snapshot("P", 8);
    Io.write(snapshot, AT, Bench.bytes(CHUNK, 1));
    SnapshotMerge merge = bench.merge(snapshot);
    Extents extents =
        new MergeExtents(
            snapshot,
            new Changing(
                bench.image,
                () -> {},
                () -> {
                  merge.start();
                  merge.join();
                }));

    assertThat(extents.dataFrom(0, SIZE)).isEqualTo(AT);
    assertThat(extents.dataFrom(0, SIZE)).isEqualTo(AT);
    assertThat(merge.status()).isEqualTo("16/" + (2 * SIZE + (4 << 20)) / 512 + " 16");
  }

  @Test
  void a_hole_that_is_looked_for_while_it_is_merged_is_where_there_is_one_before_and_after()
      throws Exception {
    Snapshot snapshot = bench.snapshot("P", 8);
    Io.write(snapshot, AT, Bench.bytes(CHUNK, 1));
    SnapshotMerge merge = bench.merge(snapshot);
    Extents extents =
        new MergeExtents(
            snapshot,
            new Changing(
                bench.image,
                () -> {},
                () -> {
                  merge.start();
                  merge.join();
                }));

    assertThat(extents.holeFrom(AT, SIZE)).isEqualTo(AT + CHUNK);
    assertThat(extents.holeFrom(AT, SIZE)).isEqualTo(AT + CHUNK);
  }

  @Test
  void a_snapshot_that_becomes_invalid_while_it_is_looked_at_has_no_holes() throws Exception {
    Io.write(bench.volume, AT, Bench.bytes(CHUNK, 1));
    Snapshot snapshot = bench.snapshot("P", 8);
    Changing image = new Changing(bench.image, () -> snapshot.invalidate("test"), () -> {});
    Extents extents = new SnapshotExtents(snapshot, () -> image);

    assertThatThrownBy(() -> extents.dataFrom(0, SIZE)).isInstanceOf(ErrnoException.class);
    assertThatThrownBy(() -> extents.holeFrom(0, SIZE)).isInstanceOf(ErrnoException.class);
    assertThat(extents.allocated()).isEqualTo(SIZE);
  }

  /** What is done at a moment. */
  @FunctionalInterface
  private interface Change {
    void run() throws IOException;
  }

  /** A device to which something is done before, or after, it is first asked. */
  private static final class Changing implements Extents {
    private final Extents device;
    private final Change before;
    private final Change after;
    private boolean done;

    Changing(Extents device, Change before, Change after) {
      this.device = device;
      this.before = before;
      this.after = after;
    }

    @Override
    public long dataFrom(long position, long end) throws IOException {
      boolean first = first();
      if (first) {
        before.run();
      }
      long found = device.dataFrom(position, end);
      if (first) {
        after.run();
      }
      return found;
    }

    @Override
    public long holeFrom(long position, long end) throws IOException {
      boolean first = first();
      if (first) {
        before.run();
      }
      long found = device.holeFrom(position, end);
      if (first) {
        after.run();
      }
      return found;
    }

    @Override
    public long allocated() {
      return device.allocated();
    }

    private boolean first() {
      boolean first = !done;
      done = true;
      return first;
    }
  }
}
