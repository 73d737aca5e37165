package org.dmsnap.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.LongStream;
import org.dmsnap.block.ErrnoException;
import org.dmsnap.block.PowerSupply;
import org.dmsnap.block.RamDevice;
import org.dmsnap.block.Sectors;
import org.dmsnap.engine.StackedTree.Node;
import org.dmsnap.fuzz.Figures;
import org.dmsnap.fuzz.Seeds;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Snapshots of snapshots, written to at every level by a thread each, and a power cut at any moment
 * with any of the unsynced sectors on disk: what nobody writes to has not changed, and each writer
 * finds what it had synced; then it all goes on, to the next cut.
 */
class StackPowerCutTest {

  private static final int SECTORS = 500;
  private static final int CUTS = 4;
  private static final int LONGEST_UNTIL_CUT = 300;
  private static final int MOST_SNAPSHOTS = 6;
  private static final int CHUNK_BITS = 7;
  private static final int FLUSH_ODDS = 15;
  private static final long CACHE_BYTES = 128 << 10;
  private static final Figures FIGURES = new Figures(StackPowerCutTest.class);

  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final Map<Node, OwnedSectors> written = new HashMap<>();
  private Random random = new Random();

  static LongStream seeds() {
    return Seeds.during("dmsnap.powercut.minutes", 60);
  }

  @AfterAll
  static void printFigures() {
    FIGURES.print();
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void no_snapshot_of_a_stack_has_changed(long seed) throws Exception {
    random = new Random(seed);
    StackedTree tree = tree(Bench.bytes(SECTORS * Sectors.BYTES, seed));
    List<byte[]> disks = disks(tree);
    for (int cut = 0; cut < CUTS; cut++) {
      PowerSupply power = new PowerSupply(1 + random.nextInt(LONGEST_UNTIL_CUT), random);
      try {
        open(tree, disks, power);
        writeUntilOff(power);
      } catch (ErrnoException failure) {
        assertThat(power.isOff()).as("%s", failure).isTrue();
      }
      disks = power.cut();
      close(tree);
      FIGURES.count("cuts");
    }
    open(tree, disks, new PowerSupply(Integer.MAX_VALUE, random));
    close(tree);
    threads.shutdownNow();
  }

  /** Snapshots of any of those before, some of which are written to. */
  private StackedTree tree(byte[] content) throws IOException {
    StackedTree tree = StackedTree.on(new RamDevice(content), OverflowPolicy.INVALIDATE);
    own(tree.root);
    int snapshots = 1 + random.nextInt(MOST_SNAPSHOTS);
    for (int i = 0; i < snapshots; i++) {
      List<Node> all = tree.nodes();
      Node parent = all.get(random.nextInt(all.size()));
      Node node = tree.take(parent, 1 << random.nextInt(CHUNK_BITS));
      node.snapshot.flush();
      if (random.nextInt(3) > 0) {
        own(node);
      }
    }
    return tree;
  }

  private void own(Node node) {
    written.put(node, new OwnedSectors(0, SECTORS, node.model));
  }

  private static List<byte[]> disks(StackedTree tree) {
    List<byte[]> disks = new ArrayList<>();
    for (Node node : tree.nodes()) {
      disks.add(node.snapshot == null ? tree.image.content() : node.cow.content());
    }
    return disks;
  }

  /** Opens what is on the disks, and compares. */
  private void open(StackedTree tree, List<byte[]> disks, PowerSupply power) throws IOException {
    List<RamDevice> devices = disks.stream().map(RamDevice::new).toList();
    devices.forEach(power::supply);
    tree.openOn(devices, new BlockMemory(CACHE_BYTES, CacheMemory.unbounded()));
    for (Node node : tree.nodes()) {
      assertThat(node.valid()).as("valid at depth %s", node.depth()).isTrue();
      byte[] now = Io.read(node.target());
      OwnedSectors owner = written.get(node);
      if (owner == null) {
        assertThat(now).as("depth %s", node.depth()).isEqualTo(node.model);
      } else {
        owner.checkAfterCut(now);
        owner.settle(now);
      }
    }
  }

  private void writeUntilOff(PowerSupply power) throws Exception {
    List<Future<?>> writing = new ArrayList<>();
    for (Map.Entry<Node, OwnedSectors> each : written.entrySet()) {
      Random own = new Random(random.nextLong());
      Target target = each.getKey().target();
      writing.add(threads.submit(() -> write(each.getValue(), target, own, power)));
    }
    for (Future<?> each : writing) {
      each.get();
    }
  }

  private static Object write(OwnedSectors owner, Target target, Random own, PowerSupply power)
      throws IOException {
    try {
      while (!power.isOff()) {
        owner.write(target, own);
        owner.checkNow(target);
        if (own.nextInt(FLUSH_ODDS) == 0) {
          target.flush();
          owner.flushed();
        }
      }
    } catch (ErrnoException failure) {
      assertThat(power.isOff()).as("%s", failure).isTrue();
    }
    return owner;
  }

  private static void close(StackedTree tree) throws IOException {
    for (Node node : tree.nodes()) {
      node.asOrigin().image().close();
    }
  }
}
