package org.dmsnap.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.LongStream;
import jnr.constants.platform.Errno;
import org.dmsnap.block.ErrnoException;
import org.dmsnap.block.RamDevice;
import org.dmsnap.block.Sectors;
import org.dmsnap.engine.StackedTree.Node;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Snapshots of snapshots behave like so many byte arrays, whatever is done to any of them. */
class StackModelTest {

  private static final int SEEDS = 150;
  private static final int STEPS = 250;
  private static final int MOST_NODES = 9;
  private static final int LARGEST_REQUEST = 70_000;
  private static final int[] CHUNKS = {1, 2, 8, 16, 64, 512};

  private Random random = new Random();
  private int sectors;
  private StackedTree tree = StackedTree.on(new RamDevice(new byte[512]), OverflowPolicy.REFUSE);

  static LongStream seeds() {
    return LongStream.range(0, SEEDS);
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void a_stack_behaves_like_byte_arrays(long seed) throws Exception {
    random = new Random(seed);
    sectors = 200 + random.nextInt(400);
    RamDevice image = new RamDevice(Bench.bytes(sectors * Sectors.BYTES, seed));
    tree = StackedTree.on(image, OverflowPolicy.values()[random.nextInt(2)]);
    take();
    for (int step = 0; step < STEPS; step++) {
      step();
    }
    tree.reopen();
    for (Node node : tree.nodes()) {
      check(node, 0, node.model.length);
    }
  }

  private void step() throws IOException {
    switch (random.nextInt(20)) {
      case 0 -> take();
      case 1 -> {
        if (tree.nodes().size() > 5) {
          remove(any());
        }
      }
      case 2 -> merge(any());
      case 3 -> tree.reopen();
      case 4 -> discard(any());
      case 5 -> zero(any());
      case 6 -> flush(any());
      case 7, 8, 9 -> write(tree.root);
      case 10, 11, 12, 13, 14 -> write(any());
      default -> {
        int position = position();
        check(any(), position, length(position));
      }
    }
    tree.nodes().forEach(StackModelTest::checkInvalid);
  }

  private void take() throws IOException {
    Node parent = any();
    if (tree.nodes().size() >= MOST_NODES || !parent.valid()) {
      return;
    }
    int chunkSectors = CHUNKS[random.nextInt(CHUNKS.length)];
    String type = random.nextInt(4) == 0 ? "PO" : "P";
    int chunks = 3 + sectors / chunkSectors * (1 + random.nextInt(4)) / 2;
    RamDevice cow = new RamDevice((long) chunks * chunkSectors * Sectors.BYTES + 512);
    boolean zeroes = random.nextBoolean();
    Set<Feature> features = zeroes ? Set.of(Feature.DISCARD_ZEROES_COW) : Set.of();
    if (random.nextBoolean()) {
      Node node = new Node(parent, cow, type, chunkSectors, features);
      tree.insert(node, of -> of.model.clone());
    } else {
      tree.take(parent, cow, type, chunkSectors, features);
    }
  }

  private void remove(Node node) throws IOException {
    if (node != tree.root && node.parent.valid() && handedDown(node)) {
      tree.remove(node);
    }
  }

  /** Hands down, unless there is no room for it, which changes nothing. */
  private boolean handedDown(Node node) throws IOException {
    long invalid = invalid();
    try {
      tree.handDown(node);
      return true;
    } catch (ErrnoException full) {
      assertThat(full.errno()).isEqualTo(Errno.ENOSPC);
      return false;
    } finally {
      assertThat(invalid()).isEqualTo(invalid);
    }
  }

  private boolean flattened(Node node, Node below) throws IOException {
    long invalid = invalid();
    try {
      tree.flatten(node, below);
      return true;
    } catch (ErrnoException full) {
      assertThat(full.errno()).isEqualTo(Errno.ENOSPC);
      return false;
    } finally {
      assertThat(invalid()).isEqualTo(invalid);
    }
  }

  /** Into what it reads through, or something beneath that. */
  private void merge(Node leaf) throws IOException {
    if (leaf == tree.root || !leaf.valid() || leaf.snapshot.status().equals("Overflow")) {
      return;
    }
    Node below = leaf.parent;
    while (below != tree.root && random.nextBoolean()) {
      below = below.parent;
    }
    if (handedDown(leaf) && flattened(leaf, below)) {
      mergeLeaf(leaf);
    }
  }

  private void mergeLeaf(Node leaf) throws IOException {
    Node parent = leaf.parent;
    SnapshotMerge merge = tree.merge(leaf);
    parent.model = leaf.model;
    int position = position();
    int length = length(position);
    checkSame(Io.read(merge, position, length), leaf.model, position);
    merge.start();
    merge.join();
    if (merge.failed()) { // its origin had no room: that lives on in what is merged and what is not
      parent.model = Io.read(parent.target());
    }
  }

  private void write(Node node) throws IOException {
    int position = position();
    byte[] bytes = Bench.bytes(length(position), random.nextLong());
    try {
      Io.write(node.target(), position, bytes);
      System.arraycopy(bytes, 0, node.model, position, bytes.length);
    } catch (ErrnoException e) {
      adopt(node, position, bytes, e);
    }
  }

  private void zero(Node node) throws IOException {
    int position = position();
    int length = length(position);
    try {
      node.target().zero(position, length);
      Arrays.fill(node.model, position, position + length, (byte) 0);
    } catch (ErrnoException e) {
      adopt(node, position, new byte[length], e);
    }
  }

  /** What failed for want of space has left each byte old or new. */
  private static void adopt(Node node, int position, byte[] bytes, ErrnoException failure)
      throws IOException {
    assertThat(failure.errno()).isIn(Errno.EIO, Errno.ENOSPC);
    if (!node.valid()) {
      return;
    }
    byte[] now = Io.read(node.target(), position, bytes.length);
    for (int i = 0; i < now.length; i++) {
      if (now[i] != bytes[i]) {
        assertThat(now[i]).isEqualTo(node.model[position + i]);
      }
      node.model[position + i] = now[i];
    }
  }

  private void discard(Node node) throws IOException {
    int position = position();
    int length = length(position);
    long invalid = invalid();
    try {
      node.target().discard(position, length);
      Arrays.fill(node.model, position, position + length, (byte) 0);
    } catch (ErrnoException e) {
      boolean full = node.snapshot != null && !node.snapshot.status().contains("/");
      assertThat(e.errno()).isEqualTo(full ? Errno.EIO : Errno.EOPNOTSUPP);
    }
    assertThat(invalid()).isEqualTo(invalid);
  }

  private long invalid() {
    return tree.nodes().stream().filter(node -> !node.valid()).count();
  }

  private static void flush(Node node) throws IOException {
    if (node.valid()) {
      node.target().flush();
    }
  }

  private void check(Node node, int position, int length) throws IOException {
    if (!node.valid()) {
      FullSnapshotTest.fails(Errno.EIO, () -> Io.read(node.target(), position, length));
      return;
    }
    checkSame(Io.read(node.target(), position, length), node.model, position);
  }

  private static void checkSame(byte[] read, byte[] model, int position) {
    int differs = Arrays.mismatch(read, 0, read.length, model, position, position + read.length);
    assertThat(differs).as("the first byte of %s that differs", read.length).isEqualTo(-1);
  }

  private static void checkInvalid(Node node) {
    if (node.parent != null && !node.parent.valid()) {
      assertThat(node.valid()).as("reads through an Invalid one").isFalse();
    }
  }

  private Node any() {
    List<Node> all = tree.nodes();
    return all.get(random.nextInt(all.size()));
  }

  private int position() {
    int position = random.nextInt(sectors * Sectors.BYTES);
    return random.nextInt(3) == 0 ? position & -4096 : position;
  }

  private int length(int position) {
    int most = random.nextBoolean() ? 3000 : LARGEST_REQUEST;
    return Math.min(1 + random.nextInt(most), sectors * Sectors.BYTES - position);
  }
}
