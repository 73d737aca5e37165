package org.dmsnap.engine;

import java.io.IOException;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import jnr.constants.platform.Errno;
import org.dmsnap.block.BlockDevice;
import org.dmsnap.block.ErrnoException;
import org.dmsnap.block.NativeBuffer;
import org.dmsnap.block.Sectors;
import org.dmsnap.succession.LeftBlock;
import org.jspecify.annotations.Nullable;

/**
 * What waits in memory, sector by sector: newer than the image beneath.
 *
 * <p>The lock of a block's region guards the block: shared to {@link #touches look} and {@link
 * #overlay read}, exclusively to {@link #put} and {@link #forget}. {@link #isEmpty} and {@link
 * #positions} need no lock.
 */
final class HeldBlocks {

  private final BlockDevice image;
  private final BlockMemory memory;
  private final ConcurrentHashMap<Long, HeldBlock> blocks = new ConcurrentHashMap<>();

  HeldBlocks(BlockDevice image, BlockMemory memory) {
    this.image = image;
    this.memory = memory;
  }

  boolean isEmpty() {
    return blocks.isEmpty();
  }

  /** Where the blocks begin, in ascending order. */
  long[] positions() {
    return blocks.keySet().stream()
        .mapToLong(number -> number << HeldBlock.SHIFT)
        .sorted()
        .toArray();
  }

  /** Bytes in the blocks, as there are some now. */
  long bytes() {
    return blocks.mappingCount() << HeldBlock.SHIFT;
  }

  /**
   * Where the first block from {@code position} on and before {@code end} begins, or {@code end}.
   */
  long firstFrom(long position, long end) {
    if ((end - position) >> HeldBlock.SHIFT > blocks.mappingCount()) {
      return firstOfAllFrom(position, end);
    }
    for (long at = position; at < end; at = HeldBlock.endAt(at)) {
      if (find(at) != null) {
        return at;
      }
    }
    return end;
  }

  private long firstOfAllFrom(long position, long end) {
    long first = end;
    for (long number : blocks.keySet()) {
      long from = number << HeldBlock.SHIFT;
      if (from + HeldBlock.BYTES > position && from < first) {
        first = Math.max(from, position);
      }
    }
    return first;
  }

  /** The first position from {@code position} on that is in no block, or {@code end}. */
  long endFrom(long position, long end) {
    long at = position;
    while (at < end && find(at) != null) {
      at = HeldBlock.endAt(at);
    }
    return Math.min(at, end);
  }

  /** The block that has the byte at {@code position}, which is held. */
  HeldBlock at(long position) {
    return Objects.requireNonNull(find(position));
  }

  private @Nullable HeldBlock find(long position) {
    return blocks.get(HeldBlock.numberAt(position));
  }

  /** Whether there is a block in a range. */
  boolean touches(long position, int length) {
    if (isEmpty()) {
      return false;
    }
    for (long at = start(position); at < position + length; at += HeldBlock.BYTES) {
      if (find(at) != null) {
        return true;
      }
    }
    return false;
  }

  /** Lays what is held of a range over what was read from the image to {@code address}. */
  void overlay(long position, long address, int length) {
    for (long at = start(position); at < position + length; at += HeldBlock.BYTES) {
      HeldBlock block = find(at);
      if (block != null) {
        overlay(block, position, address, length);
      }
    }
  }

  private static void overlay(HeldBlock block, long position, long address, int length) {
    int held = block.sectors();
    for (int end, run = HeldBlock.nextRun(held, 0);
        held >>> run != 0;
        run = HeldBlock.nextRun(held, end)) {
      end = HeldBlock.runEnd(held, run);
      long from = Math.max(position, block.position() + Sectors.toBytes(run));
      long to = Math.min(position + length, block.position() + Sectors.toBytes(end));
      if (from < to) {
        NativeBuffer.copy(
            block.address() + from - block.position(),
            address + from - position,
            (int) (to - from));
      }
    }
  }

  /**
   * Takes the next {@code length} bytes of {@code buffer}; what they leave of a sector that is not
   * held is read from the image.
   *
   * @return false, with nothing changed, if there is no memory for them
   */
  boolean put(long position, NativeBuffer buffer, int length) throws IOException {
    if (!makeBlocks(position, length)) {
      return false;
    }
    for (int left = length; left > 0; ) {
      HeldBlock block = at(position);
      int piece = (int) Math.min(left, block.position() + HeldBlock.BYTES - position);
      int offset = (int) (position - block.position());
      readAround(block, offset, offset + piece);
      buffer.get(block.address() + offset, piece);
      block.add(offset / Sectors.BYTES, (offset + piece - 1) / Sectors.BYTES + 1);
      note(block); // with its data in place, and before the write is answered
      position += piece;
      left -= piece;
    }
    return true;
  }

  private boolean makeBlocks(long position, int length) throws IOException {
    int missing = 0;
    for (long at = start(position); at < position + length; at += HeldBlock.BYTES) {
      missing += find(at) == null ? 1 : 0;
    }
    long[] places = memory.take(missing);
    if (places == null) {
      return false;
    }
    for (long at = start(position); at < position + length; at += HeldBlock.BYTES) {
      if (find(at) == null) {
        long place = places[--missing];
        blocks.put(
            HeldBlock.numberAt(at), new HeldBlock(at, place, memory.source().address(place)));
      }
    }
    return true;
  }

  /** Reads the first and the last sector of a range if it has a part of them and we nothing. */
  private void readAround(HeldBlock block, int from, int to) throws IOException {
    int first = from / Sectors.BYTES;
    int last = (to - 1) / Sectors.BYTES;
    if (from % Sectors.BYTES != 0) {
      readSector(block, first);
    }
    if (to % Sectors.BYTES != 0 && (last != first || from % Sectors.BYTES == 0)) {
      readSector(block, last);
    }
  }

  private void readSector(HeldBlock block, int sector) throws IOException {
    if (!block.has(sector)) {
      long offset = Sectors.toBytes(sector);
      NativeBuffer window = new NativeBuffer().wrap(block.address() + offset, Sectors.BYTES);
      image.read(block.position() + offset, window, Sectors.BYTES);
    }
  }

  /** Holds these sectors of a block no longer: the image has them. */
  void forget(HeldBlock block, int written) {
    boolean rest = block.forget(written);
    note(block);
    if (!rest) {
      blocks.remove(HeldBlock.numberAt(block.position()));
      memory.giveBack(block.place());
    }
  }

  private void note(HeldBlock block) {
    memory.source().note(block.place(), HeldBlock.numberAt(block.position()), block.sectors());
  }

  /**
   * Holds what a predecessor left, before anything else is held.
   *
   * @throws ErrnoException EINVAL if it cannot be what one left
   */
  void inherit() throws ErrnoException {
    for (LeftBlock left : memory.left()) {
      long end = (image.size() + HeldBlock.BYTES - 1) >> HeldBlock.SHIFT;
      HeldBlock block =
          new HeldBlock(
              left.number() << HeldBlock.SHIFT,
              left.place(),
              memory.source().address(left.place()));
      boolean possible = left.number() >= 0 && left.number() < end && left.sectors() != 0;
      if (!possible || blocks.putIfAbsent(left.number(), block) != null) {
        throw new ErrnoException(
            Errno.EINVAL,
            "the server before left new data of block "
                + left.number()
                + " of "
                + end
                + " (sectors "
                + left.sectors()
                + "), which cannot be");
      }
      block.inherit(left.sectors());
    }
  }

  private static long start(long position) {
    return position & -HeldBlock.BYTES;
  }
}
