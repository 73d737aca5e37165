package org.dmsnap.pool;

import java.util.Arrays;
import java.util.BitSet;

/**
 * What the sectors of a volume may hold after a power cut: of each the content of the last fsync,
 * and all that was written to it since, oldest first. The last is what it reads as now.
 *
 * <p>A sector's content is a number, its stamp, written 64 times; 0 is all zeroes.
 */
public final class SectorModel {

  private long[][] stamps; // the inner ones never change, so copies share them
  private BitSet doubtful = new BitSet(); // no fsync tells any more whether they are on the disk

  /** That many sectors of zeroes. */
  public SectorModel(int sectors) {
    stamps = new long[sectors][];
    Arrays.fill(stamps, new long[1]);
  }

  private SectorModel(long[][] stamps) {
    this.stamps = stamps;
  }

  public SectorModel copy() {
    SectorModel copy = new SectorModel(stamps.clone());
    copy.doubtful = (BitSet) doubtful.clone();
    return copy;
  }

  public int sectors() {
    return stamps.length;
  }

  /** What a sector reads as now. */
  public long now(int sector) {
    return stamps[sector][stamps[sector].length - 1];
  }

  /** Whether a power cut may have left {@code stamp} in a sector. */
  public boolean allows(int sector, long stamp) {
    return Arrays.stream(stamps[sector]).anyMatch(allowed -> allowed == stamp);
  }

  /** A sector is written. */
  public void written(int sector, long stamp) {
    found(sector, stamp);
    rewritten(sector, 1);
  }

  /** Sectors have been written, whatever they hold: the next sync speaks for them again. */
  void rewritten(int first, int count) {
    doubtful.clear(first, first + count);
  }

  /** A sector reads as {@code stamp} now, or is about to. */
  void found(int sector, long stamp) {
    long[] more = Arrays.copyOf(stamps[sector], stamps[sector].length + 1);
    more[more.length - 1] = stamp;
    stamps[sector] = more;
  }

  /** What it reads as now is durable. */
  public SectorModel synced() {
    for (int sector = 0; sector < stamps.length; sector++) {
      if (!doubtful.get(sector)) {
        stamps[sector] = new long[] {now(sector)};
      }
    }
    return this;
  }

  /**
   * A sync has failed, and whoever knew of it is gone: what is not durable yet reads as written, is
   * taken for clean, and stays as it is on the disk until it is written again.
   */
  void doubtful() {
    for (int sector = 0; sector < stamps.length; sector++) {
      doubtful.set(sector, doubtful.get(sector) || stamps[sector].length > 1);
    }
  }

  /** All is what a power cut has left. */
  void certain() {
    doubtful.clear();
  }

  /** Sectors of zeroes are added. */
  public void extend(int sectors) {
    int before = stamps.length;
    stamps = Arrays.copyOf(stamps, sectors);
    Arrays.fill(stamps, before, sectors, new long[1]);
  }

  /** What a sector may hold, for messages. */
  public String describe(int sector) {
    return Arrays.toString(stamps[sector]);
  }
}
