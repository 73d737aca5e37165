package org.dmsnap.pool;

import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.dmsnap.engine.Snapshot;
import org.dmsnap.store.Usage;
import org.jspecify.annotations.Nullable;

/**
 * The volumes of an open pool. Changed under the pool's command lock; looked at by any thread,
 * which sees a state that was whole.
 */
final class Volumes {

  private final NavigableMap<String, OriginVolume> origins = new TreeMap<>(); // command lock
  private volatile NavigableMap<String, Device> devices = new TreeMap<>();

  /** Every device by name. */
  List<Device> devices() {
    return List.copyOf(devices.values());
  }

  /** The device of that name, or null. */
  @Nullable Device device(String name) {
    return devices.get(name);
  }

  /** The volume of that name, or null. */
  @Nullable Volume volume(String name) {
    return devices.get(name) instanceof Volume volume ? volume : null;
  }

  /** The origins by name. */
  List<OriginVolume> origins() {
    return List.copyOf(origins.values());
  }

  /** Adds an origin. */
  void add(OriginVolume origin) {
    origins.put(origin.name(), origin);
    publish();
  }

  /** Takes an origin out. */
  void remove(OriginVolume origin) {
    origins.remove(origin.name());
    publish();
  }

  /** Shows what there is now; to be called after an origin's snapshots have changed. */
  void publish() {
    NavigableMap<String, Device> now = new TreeMap<>();
    for (OriginVolume origin : origins.values()) {
      show(now, origin);
      for (SnapshotVolume snapshot : origin.snapshots()) {
        show(now, origin.real());
        show(now, snapshot);
        if (snapshot.hiddenCow().present()) {
          show(now, snapshot.hiddenCow());
        }
      }
    }
    devices = now;
  }

  private static void show(NavigableMap<String, Device> devices, Device device) {
    devices.put(device.name(), device);
  }

  /** The state of every volume. */
  List<VolumeReport> reports() {
    List<VolumeReport> reports = new ArrayList<>();
    for (Device device : devices.values()) {
      if (device instanceof OriginVolume origin) {
        reports.add(report(origin));
      } else if (device instanceof SnapshotVolume snapshot) {
        reports.add(report(snapshot));
      }
    }
    return reports;
  }

  private static VolumeReport report(OriginVolume origin) {
    return new VolumeReport(
        origin.name(),
        null,
        origin.size(),
        origin.open(),
        origin.snapshots().size(),
        false,
        false,
        false,
        false,
        origin.suspended(),
        !origin.writable(),
        null,
        null,
        0);
  }

  private static VolumeReport report(SnapshotVolume volume) {
    Snapshot snapshot = volume.snapshot();
    Usage usage = snapshot == null ? null : snapshot.store().usage();
    boolean readable = volume.valid() && !volume.overflowed();
    return new VolumeReport(
        volume.name(),
        volume.origin().name(),
        volume.size(),
        volume.open(),
        0,
        !volume.valid(),
        volume.overflowed(),
        false,
        false,
        volume.origin().suspended(),
        !volume.writable(),
        usage != null && readable ? usage.percent() : 100.0,
        usage,
        volume.chunkSectors());
  }
}
