package org.dmsnap.pool.change;

import java.io.IOException;
import org.dmsnap.block.DatedDevice;
import org.dmsnap.block.Sectors;
import org.dmsnap.engine.Origin;
import org.dmsnap.pool.state.PoolState;
import org.dmsnap.pool.table.Identity;
import org.dmsnap.pool.table.PoolFiles;
import org.dmsnap.pool.volume.OriginVolume;
import org.dmsnap.pool.volume.ServedImage;
import org.dmsnap.succession.Legacy;

/** Makes new origins. */
public final class Creation {

  private final PoolState state;

  /** Creates in {@code state}'s pool. */
  public Creation(PoolState state) {
    this.state = state;
  }

  /** A new origin, all zeroes. */
  public void origin(String name, long bytes) throws IOException {
    state.checkFree(name);
    checkSize(bytes);
    Descriptors.check(state.volumes().count() + 1);
    String file = PoolFiles.image(name);
    DatedDevice image = state.createFresh(file, bytes);
    try {
      list(name, image, Identity.fresh());
    } catch (IOException | RuntimeException failure) {
      state.undoFresh(file, image, failure);
      throw failure;
    }
  }

  /** An origin on {@code image}, whose file has its fresh name until then. */
  void list(String name, DatedDevice image, Identity identity) throws IOException {
    long sectors = Sectors.in(image.size());
    Legacy legacy = state.legacies().ofNewOrigin(name);
    legacy.keep(image.time(), true);
    Origin origin = state.origin(name, image, legacy);
    image.sync();
    state.directory().sync();
    state.table().change(table -> table.withOrigin(name, sectors).withIdentity(name, identity));
    String file = PoolFiles.image(name);
    ServedImage served = new ServedImage(origin, PoolFiles.fresh(file), image.time(), legacy);
    OriginVolume volume = new OriginVolume(name, served, false);
    Names.of(state, volume).become(identity);
    state.nameListed(file, volume);
    state.volumes().add(volume);
  }

  /** {@code bytes}, or what {@code usefulSectors} amount to if that is less. */
  static long cut(PoolState state, String name, long bytes, long usefulSectors) {
    long useful = Sectors.toBytes(usefulSectors);
    if (bytes > useful) {
      state
          .log()
          .warning(
              name
                  + ": reducing COW size "
                  + bytes
                  + "b down to maximum usable size "
                  + useful
                  + "b");
    }
    return Math.min(bytes, useful);
  }

  /** Refuses what is no size. */
  static void checkSize(long bytes) {
    if (bytes <= 0 || !Sectors.whole(bytes)) {
      throw new IllegalArgumentException(
          "a size is a whole number of 512-byte sectors, at least one: " + bytes + " bytes");
    }
  }
}
