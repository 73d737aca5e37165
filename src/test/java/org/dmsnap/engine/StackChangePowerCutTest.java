package org.dmsnap.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.LongStream;
import jnr.constants.platform.Errno;
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
 * A stack that changes while every level of it is written to: snapshots go beneath others, hand
 * down and go, are flattened; and a power cut at any moment with any of the unsynced sectors on
 * disk. Nobody finds anything but what he had synced, or written since; then it all goes on.
 */
class StackChangePowerCutTest {

  private static final int SECTORS = 200;
  private static final int CUTS = 4;
  private static final int LONGEST_UNTIL_CUT = 500;
  private static final int MOST_NODES = 8;
  private static final int CHUNK_BITS = 7;
  private static final int FLUSH_ODDS = 15;
  private static final long CACHE_BYTES = 128 << 10;
  private static final Figures FIGURES = new Figures(StackChangePowerCutTest.class);

  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final Map<Node, OwnedSectors> written = new HashMap<>();
  private final Map<Node, byte[]> disks = new HashMap<>();
  private final List<Node> supplied = new ArrayList<>();
  private Random random = new Random();
  private PowerSupply power = new PowerSupply(0, random);
  private StackedTree tree = StackedTree.on(new RamDevice(new byte[512]), OverflowPolicy.REFUSE);

  static LongStream seeds() {
    return Seeds.during("dmsnap.powercut.minutes", 15);
  }

  @AfterAll
  static void printFigures() {
    FIGURES.print();
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void nobody_loses_anything_as_a_stack_changes(long seed) throws Exception {
    random = new Random(seed);
    byte[] content = Bench.bytes(SECTORS * Sectors.BYTES, seed);
    tree = StackedTree.on(new RamDevice(content), OverflowPolicy.INVALIDATE);
    tree.commit = this::checkOn;
    disks.put(tree.root, content);
    own(tree.root);
    for (int cut = 0; cut < CUTS; cut++) {
      power = new PowerSupply(1 + random.nextInt(LONGEST_UNTIL_CUT), random);
      try {
        open();
        changeUntilOff();
      } catch (ErrnoException failure) {
        assertThat(power.isOff()).as("%s", failure).isTrue();
      }
      cut();
    }
    power = new PowerSupply(Integer.MAX_VALUE, random);
    open();
    close();
    threads.shutdownNow();
  }

  private void cut() throws IOException {
    List<byte[]> left = power.cut();
    for (int i = 0; i < left.size(); i++) {
      disks.put(supplied.get(i), left.get(i));
    }
    close();
    FIGURES.count("cuts");
  }

  private void checkOn() throws ErrnoException {
    if (power.isOff()) {
      throw new ErrnoException(Errno.EIO, "the power is off");
    }
  }

  private void own(Node node) {
    written.put(node, new OwnedSectors(0, SECTORS, node.model));
  }

  private RamDevice supply(Node node, RamDevice device) {
    power.supply(device);
    supplied.add(node);
    return device;
  }

  /** Opens what is on the disks, and compares. */
  private void open() throws IOException {
    supplied.clear();
    List<RamDevice> devices = new ArrayList<>();
    for (Node node : tree.nodes()) {
      devices.add(supply(node, new RamDevice(disks.get(node))));
    }
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

  private void changeUntilOff() throws Exception {
    List<Future<?>> writing = new ArrayList<>();
    for (Map.Entry<Node, OwnedSectors> each : written.entrySet()) {
      Random own = new Random(random.nextLong());
      writing.add(threads.submit(() -> write(each.getKey(), each.getValue(), own)));
    }
    try {
      while (!power.isOff()) {
        change();
      }
    } catch (ErrnoException failure) {
      assertThat(power.isOff()).as("%s", failure).isTrue();
    }
    for (Future<?> each : writing) {
      each.get();
    }
  }

  private void change() throws IOException {
    List<Node> all = tree.nodes();
    Node node = all.get(random.nextInt(all.size()));
    if (node == tree.root || (all.size() < MOST_NODES && random.nextInt(3) == 0)) {
      if (all.size() < MOST_NODES) {
        insert(node);
      }
    } else if (random.nextBoolean()) {
      Node below = node.parent;
      while (below != tree.root && random.nextBoolean()) {
        below = below.parent;
      }
      tree.flatten(node, below);
      FIGURES.count("flattened");
    } else {
      tree.handDown(node);
      FIGURES.count("handed down");
      if (!written.containsKey(node)) {
        tree.held(() -> tree.remove(node));
      }
    }
  }

  private void insert(Node parent) throws IOException {
    RamDevice cow = new RamDevice(4L * SECTORS * Sectors.BYTES + (1 << 18));
    Node node = new Node(parent, cow, "P", 1 << random.nextInt(CHUNK_BITS), Set.of());
    supply(node, cow);
    tree.insert(node, of -> Io.read(of.target()));
    FIGURES.count("snapshots");
    if (random.nextInt(3) > 0) {
      own(node); // from the next power on
    }
  }

  private Object write(Node node, OwnedSectors owner, Random own) throws IOException {
    Gate gate = tree.root.origin.gate();
    try {
      while (!power.isOff()) {
        long change = gate.enterChange();
        try {
          owner.write(node.target(), own);
        } finally {
          gate.leaveChange(change);
        }
        long view = gate.enterView();
        try {
          look(node.target(), owner, own);
        } finally {
          gate.leaveView(view);
        }
      }
    } catch (ErrnoException failure) {
      assertThat(power.isOff()).as("%s", failure).isTrue();
    }
    return owner;
  }

  private static void look(Target target, OwnedSectors owner, Random own) throws IOException {
    owner.checkNow(target);
    if (own.nextInt(FLUSH_ODDS) == 0) {
      target.flush();
      owner.flushed();
    }
  }

  private void close() throws IOException {
    for (Node node : tree.nodes()) {
      node.asOrigin().image().close();
    }
  }
}
