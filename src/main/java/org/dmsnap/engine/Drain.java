package org.dmsnap.engine;

import java.io.IOException;
import org.dmsnap.block.BlockDevice;
import org.dmsnap.block.BufferPool;
import org.dmsnap.block.NativeBuffer;
import org.dmsnap.block.Sectors;

/**
 * Writes blocks of a {@link WriteCache} to the image, those that lie next to each other as one, and
 * forgets them once they are there.
 */
final class Drain {

  /** So many blocks are written to the image before the disk is to begin, ahead of the sync. */
  private static final int START_BLOCKS = 32;

  private final BlockDevice image;
  private final HeldBlocks held;
  private final WriteCache.Protection protection;
  private int started; // of the positions: up to there the disk has begun

  Drain(BlockDevice image, HeldBlocks held, WriteCache.Protection protection) {
    this.image = image;
    this.held = held;
    this.protection = protection;
  }

  /**
   * Writes the blocks of one region, whose lock is held exclusively; all are kept if that fails.
   *
   * @param positions where blocks begin, ascending; those from {@code from} up to {@code to} are
   *     meant
   */
  void write(long[] positions, int from, int to) throws IOException {
    int[] settled = new int[to - from];
    NativeBuffer gathered = BufferPool.borrow();
    try {
      long end = -1; // on the image, of what is gathered
      for (int i = from; i < to; i++) {
        HeldBlock block = held.at(positions[i]);
        settled[i - from] = settledSectors(block);
        end = gather(block, settled[i - from], gathered, end);
      }
      flush(gathered, end);
    } finally {
      BufferPool.giveBack(gathered);
    }
    for (int i = from; i < to; i++) {
      held.forget(held.at(positions[i]), settled[i - from]);
    }
  }

  /** Lets the disk begin with what was written, if that is enough by now: up to {@code to}. */
  void start(long[] positions, int to) {
    if (to - started >= START_BLOCKS) {
      long last = positions[to - 1];
      image.startSync(positions[started], last + HeldBlock.BYTES - positions[started]);
      started = to;
    }
  }

  /** Which of a block's sectors may reach the image: as a rule all. */
  private int settledSectors(HeldBlock block) throws IOException {
    int all = block.sectors();
    int settled = 0;
    for (int end, run = HeldBlock.nextRun(all, 0);
        all >>> run != 0;
        run = HeldBlock.nextRun(all, end)) {
      end = HeldBlock.runEnd(all, run);
      settled |= settledSectors(block, run, end);
    }
    return settled;
  }

  private int settledSectors(HeldBlock block, int first, int end) throws IOException {
    if (isSettled(block, first, end)) {
      return HeldBlock.mask(first, end);
    }
    int settled = 0;
    for (int sector = first; sector < end; sector++) {
      if (isSettled(block, sector, sector + 1)) {
        settled |= HeldBlock.mask(sector, sector + 1);
      }
    }
    return settled;
  }

  private boolean isSettled(HeldBlock block, int first, int end) throws IOException {
    return protection.settled(
        block.position() + Sectors.toBytes(first), Sectors.toBytes(end - first));
  }

  /** Adds sectors of a block to what is gathered, which is written first if they do not adjoin. */
  private long gather(HeldBlock block, int sectors, NativeBuffer gathered, long end)
      throws IOException {
    long reached = end;
    for (int runEnd, run = HeldBlock.nextRun(sectors, 0);
        sectors >>> run != 0;
        run = HeldBlock.nextRun(sectors, runEnd)) {
      runEnd = HeldBlock.runEnd(sectors, run);
      long start = block.position() + Sectors.toBytes(run);
      if (start != reached) {
        flush(gathered, reached);
      }
      int length = (int) Sectors.toBytes(runEnd - run);
      gathered.put(block.address() + Sectors.toBytes(run), length);
      reached = start + length;
    }
    return reached;
  }

  /** Writes what is gathered, which ends at {@code end} of the image. */
  private void flush(NativeBuffer gathered, long end) throws IOException {
    int length = gathered.done();
    if (length > 0) {
      image.write(end - length, gathered.seek(0), length);
      gathered.seek(0);
    }
  }
}
