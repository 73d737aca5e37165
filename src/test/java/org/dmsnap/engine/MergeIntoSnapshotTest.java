package org.dmsnap.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.dmsnap.block.RamDevice;
import org.dmsnap.block.RamDevice.Operation;
import org.dmsnap.block.Sectors;
import org.dmsnap.engine.StackedTree.Node;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A merge into a snapshot that has little room: it costs that nothing but what it was to get. */
class MergeIntoSnapshotTest {

  private static final int CHUNK = 16 * Sectors.BYTES;
  private static final int ROOM = 2; // chunks

  private final StackedTree tree =
      StackedTree.on(new RamDevice(new byte[16 * CHUNK]), OverflowPolicy.INVALIDATE);
  private final RamDevice upper = new RamDevice(64L * CHUNK);
  private Node into = tree.root;
  private Node merging = tree.root;

  @BeforeEach
  void take() throws Exception {
    into = tree.take(tree.root, new RamDevice((2L + ROOM) * CHUNK), "P", 16, Set.of());
    merging = tree.take(into, upper, "P", 16, Set.of());
  }

  private static byte[] chunks(int count, int value) {
    byte[] bytes = new byte[count * CHUNK];
    Arrays.fill(bytes, (byte) value);
    return bytes;
  }

  @Test
  void what_it_overwrites_has_its_room_before() throws Exception {
    Io.write(merging.target(), 0, chunks(ROOM, 5));
    SnapshotMerge merge = tree.merge(merging);
    List<Boolean> hadRoom = new CopyOnWriteArrayList<>();
    upper.onEach(
        (operation, position, length) -> {
          if (operation == Operation.READ && position >= 2L * CHUNK) { // data, that is
            hadRoom.add(into.snapshot.copyOut().makeRoom(1));
          }
        });

    merge.start();
    merge.join();

    assertThat(hadRoom).first().isEqualTo(false);
    assertThat(merge.failed()).isFalse();
    assertThat(Io.read(into.target(), 0, ROOM * CHUNK)).containsOnly(5);
  }

  @Test
  void without_room_it_stops_and_the_snapshot_is_as_valid_as_before() throws Exception {
    Io.write(merging.target(), 0, chunks(ROOM + 1, 5));
    SnapshotMerge merge = tree.merge(merging);

    merge.start();
    merge.join();

    assertThat(merge.failed()).isTrue();
    assertThat(tree.events.all()).anyMatch(event -> event.contains("merges into is full"));
    assertThat(into.snapshot.valid()).isTrue();
    assertThat(Io.read(merge, 0, (ROOM + 1) * CHUNK)).containsOnly(5);
  }
}
