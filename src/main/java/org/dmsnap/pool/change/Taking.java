package org.dmsnap.pool.change;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import jnr.constants.platform.Errno;
import org.dmsnap.block.DatedDevice;
import org.dmsnap.block.ErrnoException;
import org.dmsnap.engine.Snapshot;
import org.dmsnap.pool.state.PoolState;
import org.dmsnap.pool.table.PoolTable;
import org.dmsnap.pool.volume.Hold;
import org.dmsnap.pool.volume.LayeredVolume;
import org.dmsnap.pool.volume.Moment;
import org.dmsnap.pool.volume.SnapshotVolume;

/**
 * Takes snapshots in one moment, of one volume or of several: all of them, or none. Whatever can
 * fail is done before requests are held, but for one replacement of the table.
 */
public final class Taking {

  private final PoolState state;

  /** Takes in {@code state}'s pool. */
  public Taking(PoolState state) {
    this.state = state;
  }

  /** Takes them, several of one volume among them if so asked. */
  public void take(List<SnapshotRequest> requests) throws IOException {
    Members members = new Members(requests.stream().map(SnapshotRequest::name).toList(), "taken");
    List<NewSnapshot> all = checked(requests, members);
    Descriptors.check(state.volumes().count() + all.size());
    List<NewSnapshot> listed = persistent(all);
    String told;
    try {
      for (NewSnapshot each : all) {
        members.member(each.volume().name(), each::make);
      }
      if (!listed.isEmpty()) {
        state.directory().sync();
      }
      told = Moment.of(origins(all), () -> takeInside(all, members));
    } catch (IOException | RuntimeException failure) {
      all.forEach(each -> each.undo(failure));
      throw failure;
    }
    state.volumes().publish();
    state.tell(told);
    Map<String, SnapshotVolume> files = new LinkedHashMap<>();
    listed.forEach(each -> files.put(each.file(), each.volume()));
    if (!files.isEmpty()) {
      state.nameListed(files);
    }
  }

  private List<NewSnapshot> checked(List<SnapshotRequest> requests, Members members)
      throws IOException {
    List<NewSnapshot> all = new ArrayList<>();
    Set<String> names = new HashSet<>();
    for (SnapshotRequest request : requests) {
      members.member(
          request.name(),
          () -> {
            if (!names.add(request.name())) {
              throw new ErrnoException(Errno.EEXIST, "it is there twice; choose another name");
            }
            all.add(NewSnapshot.checked(state, request));
          });
    }
    return all;
  }

  private static Set<LayeredVolume> origins(List<NewSnapshot> all) {
    Set<LayeredVolume> origins = new HashSet<>();
    all.forEach(each -> origins.add(each.volume().origin()));
    return origins;
  }

  private static List<NewSnapshot> persistent(List<NewSnapshot> all) {
    return all.stream().filter(each -> each.volume().persistent()).toList();
  }

  private static List<DatedDevice> fleeting(List<NewSnapshot> all) {
    return all.stream().filter(each -> !each.volume().persistent()).map(NewSnapshot::cow).toList();
  }

  /** The moment: no change is under way. */
  private void takeInside(List<NewSnapshot> all, Members members) throws IOException {
    for (NewSnapshot each : all) {
      LayeredVolume origin = each.volume().origin();
      members.member(each.volume().name(), () -> NewSnapshot.checkReadable(origin));
    }
    list(persistent(all).stream().map(NewSnapshot::volume).toList(), state.options().stack());
    state.legacies().taken(fleeting(all)); // no table lists them
    for (NewSnapshot each : all) {
      SnapshotVolume volume = each.volume();
      Hold.views(volume.origin(), () -> Beneath.attach(state, volume));
    }
  }

  /** Has one of them follow what it is of. */
  static void attach(SnapshotVolume volume) {
    Hold.views(volume.origin(), () -> volume.origin().attach(volume));
  }

  /** Lists them beside those there are, in a {@link Moment} of what they are of. */
  void list(List<SnapshotVolume> all) throws IOException {
    list(all, false);
  }

  private void list(List<SnapshotVolume> all, boolean stacked) throws IOException {
    try {
      state.table().change(table -> listed(table, all, stacked));
    } catch (IOException failure) {
      if (state.table().uncertain()) {
        all.forEach(each -> withdraw(each, stacked, failure));
      }
      throw failure;
    }
  }

  private void withdraw(SnapshotVolume volume, boolean stacked, IOException failure) {
    if (stacked && Beneath.others(state, volume)) {
      Hold.views(volume.origin(), () -> Beneath.keep(state, volume));
    } else {
      invalidate(volume, failure);
    }
  }

  private PoolTable listed(PoolTable table, List<SnapshotVolume> all, boolean stacked) {
    PoolTable listed = table;
    for (SnapshotVolume each : all) {
      String name = each.name();
      listed =
          stacked ? Beneath.listed(state, listed, each) : listed.withSnapshot(name, each.entry());
      listed = listed.withIdentity(name, each.naming().identity());
    }
    return listed;
  }

  /**
   * It may be listed after a power cut, and the origin is about to change beneath it: so it becomes
   * Invalid. If not even that can be recorded, it is there as Invalid, and its origin refuses
   * writes until it can.
   */
  private void invalidate(SnapshotVolume volume, IOException failure) {
    Snapshot snapshot = volume.snapshot();
    if (snapshot == null) {
      return;
    }
    try {
      snapshot.invalidate("it could not be listed");
    } catch (IOException | RuntimeException also) {
      failure.addSuppressed(also);
      attach(volume);
      state.volumes().publish();
      state
          .log()
          .error(
              volume.name()
                  + " was not taken, and that cannot be written to the disk: "
                  + volume.origin().name()
                  + " refuses writes until it can; remove "
                  + volume.name()
                  + " then: "
                  + also.getMessage());
    }
  }
}
