package org.dmsnap.succession;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.dmsnap.block.ErrnoException;
import org.dmsnap.block.SharedMemory;

/**
 * The blocks of new data of all origins. Each has a note, valid with the second of its words; a
 * block that holds nothing has 0 there.
 *
 * <pre>   0  which block of the image   8  whose, plus one, times 256, and a bit for each sector
 * </pre>
 */
final class SharedBlocks {

  private static final int SECTOR_BITS = 8;

  private final Layout layout;
  private final SharedMemory memory;
  private final Records buffers;
  private final int populated; // buffers that a predecessor used
  private final Map<Integer, List<LeftBlock>> left = new HashMap<>(); // by owner
  private int reached; // buffers that have pages; guarded by this

  SharedBlocks(Layout layout) throws ErrnoException {
    this.layout = layout;
    this.memory = layout.memory();
    this.buffers = layout.bufferRecords();
    this.populated = buffers.used();
    for (int buffer = 0; buffer < populated; buffer++) {
      find(buffer);
    }
  }

  /** A buffer's blocks are all of one owner. */
  private void find(int buffer) throws ErrnoException {
    Set<Integer> owners = new HashSet<>();
    for (int i = 0; i < Layout.BLOCKS; i++) {
      long block = (long) buffer * Layout.BLOCKS + i;
      long holds = memory.get(layout.noteAt(block) + 8);
      if (holds > 0 && holds >> SECTOR_BITS <= Integer.MAX_VALUE) {
        int owner = (int) (holds >> SECTOR_BITS) - 1;
        owners.add(owner);
        left.computeIfAbsent(owner, key -> new ArrayList<>())
            .add(
                new LeftBlock(
                    block * Layout.BLOCK_BYTES,
                    memory.get(layout.noteAt(block)),
                    (int) holds & ((1 << SECTOR_BITS) - 1)));
      }
    }
    if (owners.size() > 1) {
      throw Layout.unreadable("blocks of several volumes in one buffer");
    }
    if (owners.isEmpty()) {
      buffers.giveBack(buffer);
    }
  }

  /** Those of one owner. */
  BlockBuffers of(int owner) {
    return new OfOwner(owner);
  }

  /** Whether a predecessor left any of {@code owner}'s. */
  synchronized boolean anyOf(int owner) {
    return left.containsKey(owner);
  }

  /** Forgets what was left of others than those who have asked for theirs. */
  synchronized void forgetRest() {
    Set<Integer> forgotten = new HashSet<>();
    for (List<LeftBlock> blocks : left.values()) {
      for (LeftBlock block : blocks) {
        memory.publish(layout.noteAt(block.place() / Layout.BLOCK_BYTES) + 8, 0);
        forgotten.add((int) (block.place() / Layout.BUFFER_BYTES));
      }
    }
    left.clear();
    forgotten.forEach(buffers::giveBack);
  }

  /** {@code owner} is gone, and notes nothing any more. */
  void removeAll(int owner) {
    long end = (long) buffers.used() * Layout.BLOCKS;
    for (long block = 0; block < end; block++) {
      if (memory.get(layout.noteAt(block) + 8) >> SECTOR_BITS == owner + 1L) {
        memory.publish(layout.noteAt(block) + 8, 0);
      }
    }
  }

  private synchronized List<LeftBlock> takeLeft(int owner) {
    List<LeftBlock> blocks = left.remove(owner);
    if (blocks == null) {
      return List.of();
    }
    blocks.sort(Comparator.comparingLong(LeftBlock::place));
    return blocks;
  }

  private long takeBuffer() throws ErrnoException {
    int buffer = buffers.take();
    if (buffer == Records.NONE) {
      return BlockBuffers.NONE;
    }
    try {
      populate(buffer);
    } catch (ErrnoException failure) {
      buffers.giveBack(buffer);
      throw failure;
    }
    return (long) buffer * Layout.BUFFER_BYTES;
  }

  private synchronized void populate(int buffer) throws ErrnoException {
    if (buffer >= Math.max(populated, reached)) {
      memory.populate(buffers.at(buffer), Layout.BUFFER_BYTES);
      reached = buffer + 1;
    }
  }

  private final class OfOwner implements BlockBuffers {

    private final long tag;
    private final int owner;

    OfOwner(int owner) {
      this.owner = owner;
      this.tag = (owner + 1L) << SECTOR_BITS;
    }

    @Override
    public long take() throws ErrnoException {
      return takeBuffer();
    }

    @Override
    public void giveBack(long buffer) {
      buffers.giveBack((int) (buffer / Layout.BUFFER_BYTES));
    }

    @Override
    public long address(long place) {
      return memory.address(buffers.at(0) + place);
    }

    @Override
    public void note(long place, long number, int sectors) {
      long at = layout.noteAt(place / Layout.BLOCK_BYTES);
      if (sectors == 0) {
        memory.publish(at + 8, 0);
        return;
      }
      if (memory.get(at) != number) {
        memory.put(at, number); // not valid yet: it holds nothing
      }
      memory.publish(at + 8, tag | sectors);
    }

    @Override
    public List<LeftBlock> left() {
      return takeLeft(owner);
    }
  }
}
