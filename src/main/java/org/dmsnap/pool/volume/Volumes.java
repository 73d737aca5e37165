package org.dmsnap.pool.volume;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.dmsnap.block.ChangeTime;
import org.jspecify.annotations.Nullable;

/**
 * The volumes of an open pool. Changed under the pool's command lock; looked at by any thread,
 * which sees a state that was whole.
 */
public final class Volumes {

  private final NavigableMap<String, OriginVolume> origins = new TreeMap<>(); // command lock
  private volatile NavigableMap<String, Device> devices = new TreeMap<>();
  private volatile NavigableMap<String, Volume> volumes = new TreeMap<>(); // what merges, too
  private final ChangeTime namesTime = new ChangeTime(); // of which devices there are
  private final Set<String> expected = ConcurrentHashMap.newKeySet();
  private final Map<String, Volume> buried = new TreeMap<>(); // command lock

  /** Every device by name. */
  public List<Device> devices() {
    return List.copyOf(devices.values());
  }

  /** The device of that name, or null. */
  public @Nullable Device device(String name) {
    return devices.get(name);
  }

  /** When the names of the devices last changed, in nanoseconds since 1970. */
  public long namesChangedNanos() {
    return namesTime.look();
  }

  /** When any of it last changed, in nanoseconds since 1970. */
  public long changedNanos() {
    return Math.max(
        namesChangedNanos(),
        devices.values().stream().mapToLong(Device::changedNanos).max().orElse(0));
  }

  /** The volume of that name, or null. */
  public @Nullable LayeredVolume volume(String name) {
    return devices.get(name) instanceof LayeredVolume volume ? volume : null;
  }

  /** How many volumes there are, one that merges included. */
  public int count() {
    return volumes.size();
  }

  /** The origins by name. */
  public List<OriginVolume> origins() {
    return List.copyOf(origins.values());
  }

  /** All volumes, one that merges included, each before what was taken of it. */
  public List<LayeredVolume> layered() {
    List<LayeredVolume> all = new ArrayList<>();
    for (OriginVolume origin : origins.values()) {
      all.add(origin);
      all.addAll(origin.tree());
    }
    return all;
  }

  /** Adds an origin. */
  public void add(OriginVolume origin) {
    origins.put(origin.name(), origin);
    publish();
  }

  /** Takes an origin out. */
  public void remove(OriginVolume origin) {
    origins.remove(origin.name());
    publish();
  }

  /** Remembers a volume that is gone while someone has it open. */
  public void bury(Volume volume) {
    buried.put(volume.name(), volume);
  }

  /** Whether someone has a volume open that bore that name and is gone. */
  public boolean buried(String name) {
    buried.values().removeIf(volume -> !volume.opens().any());
    return buried.containsKey(name);
  }

  /** Keeps a name for a volume that is on its way. */
  public void expect(String name) {
    expected.add(name);
  }

  /** Gives it free. */
  public void expectNoMore(String name) {
    expected.remove(name);
  }

  /** Whether a volume of that name is on its way. */
  public boolean expected(String name) {
    return expected.contains(name);
  }

  /** Shows what there is now; to be called after an origin's snapshots have changed. */
  public void publish() {
    NavigableMap<String, Device> now = new TreeMap<>();
    NavigableMap<String, Volume> reported = new TreeMap<>();
    for (LayeredVolume volume : layered()) {
      reported.put(volume.name(), volume);
      show(now, volume);
    }
    boolean same = devices.keySet().equals(now.keySet());
    devices = now;
    volumes = reported;
    if (!same) {
      namesTime.changed();
    }
  }

  /** A volume, unless it merges by now, and what is beneath it. */
  private static void show(NavigableMap<String, Device> devices, LayeredVolume volume) {
    RunningMerge merge = volume.merge();
    if (merge != null) {
      put(devices, merge.hiddenCow());
    }
    if (volume.layered()) {
      put(devices, volume.real());
    }
    if (volume instanceof SnapshotVolume snapshot) {
      if (!snapshot.origin().snapshots().contains(snapshot)) {
        return;
      }
      if (snapshot.hiddenCow().present()) {
        put(devices, snapshot.hiddenCow());
      }
      if (snapshot.removed()) {
        return;
      }
    }
    put(devices, volume);
  }

  private static void put(NavigableMap<String, Device> devices, Device device) {
    devices.put(device.name(), device);
  }

  /** The state of every volume. */
  public List<VolumeReport> reports() {
    return volumes.values().stream()
        .map(volume -> new Told(volume, Reports.of(volume)))
        .filter(Told::stillThere)
        .map(Told::report)
        .toList();
  }

  /** A merged snapshot that goes while it is told of would look like one that does not merge. */
  private record Told(Volume volume, VolumeReport report) {

    boolean stillThere() {
      return !(volume instanceof SnapshotVolume snapshot)
          || snapshot.origin().dependents().contains(snapshot);
    }
  }
}
