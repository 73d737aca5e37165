package org.dmsnap.engine;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.dmsnap.block.RamDevice;
import org.dmsnap.store.CowFile;
import org.dmsnap.store.ExceptionStoreType;

/** An origin on a RAM disk, snapshots of it and of one another, and what each should read as. */
final class StackedTree {

  /** A volume of the tree: the origin if it has no parent. */
  static final class Node {
    Node parent;
    RamDevice cow;
    final String type;
    final int chunkSectors;
    final Set<Feature> features;
    final List<Node> children = new ArrayList<>();
    byte[] model;
    Origin origin;
    Snapshot snapshot;

    Node(Node parent, RamDevice cow, String type, int chunkSectors, Set<Feature> features) {
      this.parent = parent;
      this.cow = cow;
      this.type = type;
      this.chunkSectors = chunkSectors;
      this.features = features;
    }

    /** What its requests go to. */
    Target target() {
      return snapshot == null || !children.isEmpty() ? new SnapshotOrigin(asOrigin()) : snapshot;
    }

    Origin asOrigin() {
      return snapshot == null ? origin : snapshot.asOrigin();
    }

    boolean valid() {
      return snapshot == null || snapshot.valid();
    }

    int depth() {
      return parent == null ? 0 : 1 + parent.depth();
    }

    /** Itself and all that read through it. */
    void each(Consumer<Node> consumer) {
      consumer.accept(this);
      children.forEach(child -> child.each(consumer));
    }
  }

  final Node root = new Node(null, null, "", 0, Set.of());
  RamDevice image;

  /** Says durably how the tree is from now on, or fails; as a pool's table does. */
  Change commit = () -> {};

  final RecordedEvents events = new RecordedEvents();
  private final OverflowPolicy overflow;
  private BlockMemory memory;

  StackedTree(RamDevice image, OverflowPolicy overflow, BlockMemory memory) {
    this.image = image;
    this.overflow = overflow;
    this.memory = memory;
    root.model = image.content();
    root.origin = new Origin(image, overflow, StallListener.NONE, memory);
  }

  static StackedTree on(RamDevice image, OverflowPolicy overflow) {
    long bytes = WriteCache.DEFAULT_BYTES;
    return new StackedTree(image, overflow, new BlockMemory(bytes, CacheMemory.unbounded()));
  }

  /** The origin and what was taken of it and so on, from the bottom to the top. */
  List<Node> nodes() {
    List<Node> all = new ArrayList<>();
    root.each(all::add);
    return all;
  }

  /** Takes a snapshot of {@code parent} as it is now; nobody writes. */
  Node take(Node parent, RamDevice cow, String type, int chunkSectors, Set<Feature> features)
      throws IOException {
    Node node = new Node(parent, cow, type, chunkSectors, features);
    parent.target().flush();
    node.model = parent.model.clone();
    open(node);
    parent.children.add(node);
    return node;
  }

  Node take(Node parent, int chunkSectors) throws IOException {
    RamDevice cow = new RamDevice(4L * image.size() + (1 << 18));
    return take(parent, cow, "P", chunkSectors, Set.of());
  }

  private void open(Node node) throws IOException {
    ExceptionStoreType type = ExceptionStoreType.of(node.type);
    Origin origin = node.parent.asOrigin();
    node.snapshot =
        Snapshot.open(
            origin, CowFile.alone(node.cow), type, node.chunkSectors, node.features, events);
    origin.add(node.snapshot);
  }

  /** What a snapshot reads as, when it is taken. */
  interface Content {
    byte[] of(Node parent) throws IOException;
  }

  /**
   * Puts a new snapshot of its parent, on a store that is durable, beneath those that there are.
   */
  Node insert(Node node, Content content) throws IOException {
    Node parent = node.parent;
    ExceptionStoreType type = ExceptionStoreType.of(node.type);
    node.snapshot =
        Snapshot.open(
            parent.asOrigin(),
            CowFile.alone(node.cow),
            type,
            node.chunkSectors,
            node.features,
            events);
    node.snapshot.flush();
    node.cow.sync();
    held(
        () -> {
          parent.target().flush();
          node.model = content.of(parent);
          commit.make();
          List<Node> above = List.copyOf(parent.children);
          parent.asOrigin().add(node.snapshot);
          parent.children.add(node);
          above.forEach(child -> move(child, node));
        });
    return node;
  }

  private static void move(Node child, Node to) {
    detach(child);
    child.snapshot.moveTo(to.asOrigin());
    to.asOrigin().add(child.snapshot);
    child.parent = to;
    to.children.add(child);
  }

  /** Hands down what others read in {@code node}, so that it is a leaf. */
  void handDown(Node node) throws IOException {
    HandDown handDown = new HandDown(node.snapshot);
    handDown.copy(() -> false);
    held(
        () -> {
          settle(node.parent, node);
          handDown.copyRest();
          for (Node child : List.copyOf(node.children)) {
            flush(child);
          }
          commit.make();
          for (Node child : List.copyOf(node.children)) {
            move(child, node.parent);
          }
        });
  }

  /** Gives {@code node} what it inherits from those between it and {@code below}. */
  void flatten(Node node, Node below) throws IOException {
    if (node.parent == below) {
      return;
    }
    Flatten flatten = new Flatten(node.snapshot, below.asOrigin());
    flatten.copy(() -> false);
    held(
        () -> {
          settle(below, node);
          flush(node.parent); // what waits of it goes to it: it may be no origin any more
          flatten.copyRest();
          flush(node);
          commit.make();
          move(node, below);
        });
  }

  /** What is done while no request is under way. */
  interface Change {
    void make() throws IOException;
  }

  /** Makes {@code change} with the gate held. */
  void held(Change change) throws IOException {
    Gate gate = root.origin.gate();
    long changes = gate.holdChanges();
    long views = gate.holdViews();
    try {
      change.make();
    } finally {
      gate.releaseViews(views);
      gate.release(changes);
    }
  }

  private static void settle(Node below, Node node) throws IOException {
    below.asOrigin().image().sync();
    flush(node);
  }

  private static void flush(Node node) throws IOException {
    if (node.valid()) {
      node.target().flush();
    }
  }

  /** Takes a leaf away. */
  void remove(Node leaf) throws IOException {
    commit.make();
    detach(leaf);
    if (leaf.parent.valid()) {
      leaf.parent
          .asOrigin()
          .image()
          .sync(); // what waits of it goes to it before it is no origin any more
    }
  }

  static void detach(Node leaf) {
    leaf.parent.asOrigin().remove(leaf.snapshot);
    leaf.parent.children.remove(leaf);
  }

  /** A merge of a leaf, which its parent reads as from now on; it has not begun to copy. */
  SnapshotMerge merge(Node leaf) throws IOException {
    leaf.parent.asOrigin().image().sync();
    leaf.snapshot.flush();
    detach(leaf);
    return new SnapshotMerge(leaf.parent.asOrigin(), leaf.snapshot, events);
  }

  /** The same tree, of what is on the disks; all is flushed. */
  void reopen() throws IOException {
    for (Node node : nodes()) {
      if (node.valid()) {
        node.target().flush();
      }
    }
    open();
  }

  /** The same tree, of what is on other disks: the image's and that of each snapshot. */
  void openOn(List<RamDevice> disks, BlockMemory cache) throws IOException {
    List<Node> all = nodes();
    image = disks.get(0);
    memory = cache;
    for (int i = 1; i < disks.size(); i++) {
      all.get(i).cow = disks.get(i);
    }
    open();
  }

  private void open() throws IOException {
    List<Node> all = nodes();
    root.origin = new Origin(image, overflow, StallListener.NONE, memory);
    for (Node node : all.subList(1, all.size())) {
      open(node);
    }
  }
}
