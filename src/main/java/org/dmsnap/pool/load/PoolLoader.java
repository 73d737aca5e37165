package org.dmsnap.pool.load;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Executor;
import jnr.constants.platform.Errno;
import org.dmsnap.block.BackingDirectory;
import org.dmsnap.block.BackingDirectory.Access;
import org.dmsnap.block.BlockDevice;
import org.dmsnap.block.ChangeTime;
import org.dmsnap.block.DatedDevice;
import org.dmsnap.block.ErrnoException;
import org.dmsnap.block.FileTimes;
import org.dmsnap.engine.Origin;
import org.dmsnap.engine.Snapshot;
import org.dmsnap.engine.StallListener;
import org.dmsnap.pool.change.Descriptors;
import org.dmsnap.pool.change.Merging;
import org.dmsnap.pool.change.Names;
import org.dmsnap.pool.change.SnapshotWatch;
import org.dmsnap.pool.state.EventLog;
import org.dmsnap.pool.state.Legacies;
import org.dmsnap.pool.state.LongWork;
import org.dmsnap.pool.state.PoolOptions;
import org.dmsnap.pool.state.PoolState;
import org.dmsnap.pool.table.MergeStage;
import org.dmsnap.pool.table.PoolFiles;
import org.dmsnap.pool.table.PoolTable;
import org.dmsnap.pool.table.SnapshotEntry;
import org.dmsnap.pool.table.TableFile;
import org.dmsnap.pool.table.TableParser;
import org.dmsnap.pool.volume.Caches;
import org.dmsnap.pool.volume.CommandLock;
import org.dmsnap.pool.volume.LayeredVolume;
import org.dmsnap.pool.volume.OriginVolume;
import org.dmsnap.pool.volume.ServedImage;
import org.dmsnap.pool.volume.SnapshotVolume;
import org.dmsnap.pool.volume.Volumes;
import org.dmsnap.store.ExceptionStoreType;
import org.dmsnap.succession.Legacy;

/** Opens what a pool's table lists and a user has put beside it. */
public final class PoolLoader {

  private final PoolState state;
  private final PoolTable listed;
  private final Adoption adoption;
  private final Recovery recovery;

  private static final Set<Errno> PROTECTED = Set.of(Errno.EACCES, Errno.EPERM, Errno.EROFS);

  private final Access access;
  private final List<SnapshotVolume> dropped = new ArrayList<>(); // which merge no more

  private PoolLoader(PoolState state) throws IOException {
    this.state = state;
    this.listed = state.table().current();
    this.adoption = new Adoption(state.directory(), state.log());
    this.recovery = new Recovery(state.directory(), state.log());
    this.access = state.options().readOnly() ? Access.READ : Access.WRITE;
  }

  /**
   * Opens and locks all of the pool in {@code directory}, without changing anything in it; if that
   * fails, everything but the directory is closed.
   */
  public static Beginning load(
      BackingDirectory directory,
      PoolOptions options,
      EventLog log,
      StallListener stalls,
      Executor background,
      Legacies legacies)
      throws IOException {
    String text = Objects.requireNonNullElse(directory.readText(PoolFiles.TABLE), "");
    TableFile table = new TableFile(directory, TableParser.parse(text), text);
    PoolState state =
        new PoolState(
            directory,
            options,
            log,
            stalls,
            table,
            new Volumes(),
            background,
            new CommandLock(stalls),
            new Caches(),
            new LongWork("dmsnap-hand-down"),
            legacies);
    PoolLoader loader = new PoolLoader(state);
    try {
      loader.load();
      return new Beginning(state, loader.recovery, loader.dropped);
    } catch (IOException | RuntimeException failure) {
      closeAll(state, failure);
      throw failure;
    }
  }

  /** Closes all volumes, and tells {@code failure} of what fails with it. */
  public static void closeAll(PoolState state, Exception failure) {
    for (OriginVolume origin : state.volumes().origins()) {
      try {
        for (SnapshotVolume snapshot : origin.tree()) {
          snapshot.close();
        }
        origin.image().close();
      } catch (IOException | RuntimeException also) {
        failure.addSuppressed(also);
      }
    }
  }

  private void load() throws IOException {
    for (String name : listed.origins().keySet()) {
      recovery.listed(PoolFiles.image(name));
    }
    for (String name : listed.snapshots().keySet()) {
      if (listed.merges().get(name) == MergeStage.RESET) {
        recovery.reset(PoolFiles.cow(name));
      }
      recovery.listed(PoolFiles.cow(name));
    }
    TreeSet<String> names = new TreeSet<>(listed.origins().keySet());
    for (String file : recovery.present()) {
      String adopted = adoption.unlistedOrigin(file, listed);
      if (adopted != null) {
        names.add(adopted);
      }
    }
    Descriptors.check(names.size() + listed.snapshots().size());
    for (String name : names) {
      origin(name);
    }
    if (!state.options().readOnly()) {
      recovery.checkLeftovers();
    }
    new Inheritance(state).load();
    state.volumes().publish();
  }

  private void origin(String name) throws IOException {
    String file = recovery.listed(PoolFiles.image(name));
    BackingDirectory.Stat stat = adoption.image(file);
    if (stat == null) {
      for (String snapshot : listed.treeOf(name)) {
        state.log().warning(snapshot + " is left out, as its origin " + name + " is");
      }
      return;
    }
    boolean accept = state.options().acceptChangedOrigin();
    Evidence evidence = new Evidence(state.directory(), recovery, listed, name, stat);
    new ChangedOrigin(listed, accept, state.log()).check(name, evidence);
    OriginVolume volume = image(name, file, evidence.ofOrigin());
    Names.of(state, volume).load(evidence.anyChanged());
    state.volumes().add(volume);
    Map<String, LayeredVolume> opened = new HashMap<>(Map.of(name, volume));
    for (String snapshot : listed.treeOf(name)) { // the bottom first
      String below = Objects.requireNonNull(listed.snapshots().get(snapshot)).origin();
      LayeredVolume origin = Objects.requireNonNull(opened.get(below));
      SnapshotVolume above = snapshot(snapshot, origin, evidence.ofSnapshot(snapshot));
      Names.of(state, above).load(evidence.anyChanged());
      opened.put(snapshot, above);
    }
  }

  /**
   * An image that cannot be written, such as one that is evidence, makes an origin that can be read
   * alone; its snapshots can be written, as the kernel's can over a read-only device.
   */
  private OriginVolume image(String name, String file, FileTimes times) throws IOException {
    BlockDevice image;
    String protection = null;
    try {
      image = state.directory().openImage(file, access);
    } catch (ErrnoException denied) {
      if (access == Access.READ || !PROTECTED.contains(denied.errno())) {
        throw denied;
      }
      image = state.directory().openImage(file, Access.READ);
      protection = name + " is read-only, for its image " + file + " cannot be written to by you";
      state.log().warning(protection);
    }
    Legacy legacy = state.legacies().ofOrigin(name);
    DatedDevice dated = new DatedDevice(image, legacy.time(true, times.changed()));
    Origin origin = state.origin(name, dated, legacy);
    ServedImage served = new ServedImage(origin, file, dated.time(), legacy, times.modified());
    OriginVolume volume = new OriginVolume(name, served, state.options().readOnly());
    if (protection != null) {
      volume.protectedImage(protection);
    }
    return volume;
  }

  private SnapshotVolume snapshot(String name, LayeredVolume origin, FileTimes times)
      throws IOException {
    SnapshotEntry entry = Objects.requireNonNull(listed.snapshots().get(name));
    String file = recovery.listed(PoolFiles.cow(name));
    BackingDirectory.Stat stat = state.directory().stat(file);
    if (stat != null) {
      adoption.claim(file, stat);
    }
    Legacy legacy = state.legacies().ofSnapshot(stat);
    ChangeTime time = legacy.time(false, times.modified());
    SnapshotVolume volume = new SnapshotVolume(name, origin, entry, file, time);
    try {
      BlockDevice opened = state.directory().openFile(volume.file(), access);
      load(volume, entry, state.legacies().dated(opened, legacy, times.changed()));
    } catch (IOException | RuntimeException failure) {
      if (Descriptors.ranOut(failure)) {
        throw failure; // the snapshot is in order
      }
      String reason = String.valueOf(failure.getMessage());
      volume.unloadable(reason);
      state
          .log()
          .error(
              "Snapshot "
                  + name
                  + " could not be loaded and is shown as Invalid; "
                  + file
                  + " is left as it is, and "
                  + origin.name()
                  + " is read-only until it is repaired or the snapshot removed: "
                  + reason);
    }
    Snapshot loaded = volume.snapshot();
    boolean merges = listed.merges().get(name) == MergeStage.RUNNING;
    if (merges && loaded != null && loaded.valid()) {
      new Merging(state).reload(volume, loaded);
      return volume;
    }
    origin.attach(volume);
    if (listed.merges().get(name) == MergeStage.REMOVED) {
      volume.opens().retireNow();
      volume.cutForRemoval();
    }
    if (merges && !volume.unloadable()) {
      origin.freshness().contentChanged(); // it read as merged before
      dropped.add(volume);
    }
    return volume;
  }

  private void load(SnapshotVolume volume, SnapshotEntry entry, DatedDevice cow)
      throws IOException {
    volume.cowOpened(cow);
    String invalid = listed.invalid().get(volume.name());
    if (invalid != null) {
      volume.invalid(invalid);
      return;
    }
    if (volume.origin() instanceof SnapshotVolume below && below.snapshot() == null) {
      readsThroughNothing(volume, below);
      return;
    }
    BlankCow.refuse(cow);
    Snapshot snapshot = open(volume, cow, entry);
    volume.loaded(snapshot);
    for (String note : snapshot.notes()) {
      state.log().warning(volume.name() + ": " + note);
    }
    if (!snapshot.valid()) {
      state.log().warning("Snapshot " + volume.name() + " is Invalid");
    }
  }

  /** What it reads through is not loaded: so it cannot be either, and nothing is done to it. */
  private static void readsThroughNothing(SnapshotVolume volume, SnapshotVolume below)
      throws ErrnoException {
    if (below.unloadable()) {
      throw new ErrnoException(Errno.EIO, below.name() + " is not, which it reads through");
    }
    volume.invalid(below.name() + ", which it reads through, is Invalid");
  }

  private Snapshot open(SnapshotVolume volume, BlockDevice cow, SnapshotEntry entry)
      throws IOException {
    try {
      return Snapshot.open(
          volume.origin().asOrigin(),
          state.legacies().file(cow),
          ExceptionStoreType.of(entry.type()),
          entry.chunkSectors(),
          entry.features(),
          new SnapshotWatch(state, volume));
    } catch (OutOfMemoryError tooMany) {
      throw new ErrnoException(
          Errno.ENOMEM,
          "its exceptions take more memory than Java has: give it more (JAVA_TOOL_OPTIONS=-Xmx4g)",
          tooMany);
    }
  }
}
