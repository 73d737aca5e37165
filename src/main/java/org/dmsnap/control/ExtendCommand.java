package org.dmsnap.control;

import java.io.IOException;
import java.util.List;
import org.dmsnap.block.Sectors;
import org.dmsnap.pool.Pool;
import org.dmsnap.pool.volume.VolumeReport;

/** Grows the COW device of a snapshot, or an origin that has no snapshots. */
final class ExtendCommand implements Command {

  @Override
  public String name() {
    return "extend";
  }

  @Override
  public String words() {
    return "NAME SIZE|+SIZE";
  }

  @Override
  public String purpose() {
    return "Grows the COW device of the snapshot NAME, or the origin NAME if it has no snapshots,"
        + " to SIZE or by +SIZE; of a snapshot, SIZE may be N%ORIGIN. "
        + Sizes.HELP;
  }

  @Override
  public void run(Pool pool, List<String> words) throws IOException {
    String size = words.get(1);
    boolean relative = size.startsWith("+");
    pool.extend(
        words.get(0), bytes(pool, words.get(0), size.substring(relative ? 1 : 0)), relative);
  }

  private static long bytes(Pool pool, String name, String size) throws IOException {
    if (!Sizes.isShare(size)) {
      return Sizes.parse(size, pool.log());
    }
    VolumeReport snapshot = pool.report(name);
    if (!snapshot.snapshot()) {
      throw new IllegalArgumentException(
          "bad size " + size + ": " + name + " is no snapshot, and so has no origin");
    }
    long chunkSectors = Math.max(1, snapshot.chunkSectors());
    return Sizes.share(size, snapshot.bytes(), Sectors.toBytes(chunkSectors), pool.log());
  }
}
