package org.dmsnap.pool.load;

import java.io.IOException;
import java.util.Map;
import java.util.TreeMap;
import jnr.constants.platform.Errno;
import org.dmsnap.block.BlockDevice;
import org.dmsnap.block.ChangeTime;
import org.dmsnap.block.DatedDevice;
import org.dmsnap.block.ErrnoException;
import org.dmsnap.engine.Snapshot;
import org.dmsnap.pool.change.SnapshotWatch;
import org.dmsnap.pool.state.Legacies;
import org.dmsnap.pool.state.PoolState;
import org.dmsnap.pool.table.SnapshotEntry;
import org.dmsnap.pool.volume.LayeredVolume;
import org.dmsnap.pool.volume.OriginVolume;
import org.dmsnap.pool.volume.SnapshotVolume;
import org.dmsnap.store.ExceptionStoreType;
import org.dmsnap.succession.Legacy;
import org.dmsnap.succession.Legacy.Kind;
import org.dmsnap.succession.Succession;

/**
 * Goes on with what a predecessor left that no file of the pool has: its transient snapshots when
 * the pool is loaded; then, once it begins, what was suspended, and the data that waited.
 */
final class Inheritance {

  private final PoolState state;
  private final Succession succession;

  /** In {@code state}'s pool, all listed volumes of which are loaded. */
  Inheritance(PoolState state) {
    this.state = state;
    this.succession = state.legacies().succession();
  }

  /** Loads the transient snapshots; changes nothing. */
  void load() throws IOException {
    Map<String, String> newest = new TreeMap<>(); // keys by name: a reset may have been cut short
    succession.transients().forEach(key -> newest.put(Legacies.name(key), key));
    for (Map.Entry<String, String> left : newest.entrySet()) {
      String name = left.getKey();
      String key = left.getValue();
      BlockDevice file =
          state.directory().inheritUnnamed(succession.handedOn(), Succession.cowName(key));
      Legacy legacy = succession.claim(Kind.TRANSIENT, key);
      SnapshotEntry entry = entry(name, legacy.line());
      LayeredVolume origin = state.volumes().volume(entry.origin());
      if (file == null || origin == null) {
        state.log().error("the transient snapshot " + name + " is gone, with what was left of it");
        continue;
      }
      load(new SnapshotVolume(name, origin, entry, "", time(legacy)), legacy, file);
    }
  }

  private static SnapshotEntry entry(String name, String line) throws ErrnoException {
    try {
      return SnapshotEntry.parse(name, line);
    } catch (IllegalArgumentException wrong) {
      throw new ErrnoException(
          Errno.EINVAL,
          "the server before left a snapshot " + name + " that cannot be: " + wrong.getMessage(),
          wrong);
    }
  }

  private static ChangeTime time(Legacy legacy) {
    return legacy.time(false, ChangeTime.now());
  }

  private void load(SnapshotVolume volume, Legacy legacy, BlockDevice file) throws IOException {
    DatedDevice cow = state.legacies().dated(file, legacy, ChangeTime.now());
    volume.cowOpened(cow);
    SnapshotEntry entry = volume.entry();
    volume.loaded(
        Snapshot.open(
            volume.origin().asOrigin(),
            state.legacies().file(cow),
            ExceptionStoreType.of(entry.type()),
            entry.chunkSectors(),
            entry.features(),
            new SnapshotWatch(state, volume)));
    volume.origin().attach(volume);
  }

  /** Goes on with the rest; nobody asks for anything yet. */
  void begin() throws IOException {
    for (OriginVolume origin : state.volumes().origins()) {
      origin.inheritSuspension();
    }
    for (LayeredVolume volume : state.volumes().layered()) {
      volume.inherit();
    }
    succession.forgetRest();
  }
}
