package org.dmsnap.golden;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.dmsnap.block.RamDevice;
import org.dmsnap.engine.Feature;
import org.dmsnap.engine.MergeListener;
import org.dmsnap.engine.Origin;
import org.dmsnap.engine.OverflowPolicy;
import org.dmsnap.engine.RecordedEvents;
import org.dmsnap.engine.Snapshot;
import org.dmsnap.engine.SnapshotMerge;
import org.dmsnap.engine.SnapshotOrigin;
import org.dmsnap.engine.StallListener;
import org.dmsnap.store.CowFile;
import org.dmsnap.store.ExceptionStoreType;

/** Makes targets of table lines; all that name one image share its origin, as in the kernel. */
final class Origins {

  private final Map<RamDevice, Origin> origins = new HashMap<>();

  /** The device that {@code table}, {@code start length type parameters}, describes. */
  MappedDevice create(List<String> table, Map<String, RamDevice> images, boolean readOnly)
      throws IOException {
    String originName = table.get(3).substring(1);
    Origin origin =
        origins.computeIfAbsent(
            images.get(originName),
            image -> new Origin(image, OverflowPolicy.INVALIDATE, StallListener.NONE));
    if (table.get(2).equals("snapshot-origin")) {
      SnapshotOrigin target = new SnapshotOrigin(origin);
      return new MappedDevice(target, originName, readOnly, target::flush);
    }
    String cowName = table.get(4).substring(1);
    Snapshot snapshot = open(origin, images.get(cowName), table);
    String parameters = parameters(snapshot, table);
    if (table.get(2).equals("snapshot-merge")) {
      return merge(origin, snapshot, parameters, readOnly);
    }
    origin.add(snapshot);
    return new MappedDevice(snapshot, parameters, readOnly, () -> remove(origin, snapshot));
  }

  /** The merge of a snapshot that is there, as {@code table} has it. */
  MappedDevice handOver(MappedDevice source, List<String> table, Map<String, RamDevice> images)
      throws IOException {
    Snapshot snapshot = (Snapshot) source.target();
    Origin origin = origins.get(images.get(table.get(3).substring(1)));
    snapshot.flush();
    source.close();
    return merge(origin, snapshot, parameters(snapshot, table), source.readOnly());
  }

  private static MappedDevice merge(
      Origin origin, Snapshot snapshot, String parameters, boolean readOnly) {
    SnapshotMerge target = new SnapshotMerge(origin, snapshot, new MergeEnd());
    return new MappedDevice(target, parameters, readOnly, target::stop);
  }

  private static String parameters(Snapshot snapshot, List<String> table) {
    List<String> words = new ArrayList<>();
    words.add(table.get(3).substring(1));
    words.add(table.get(4).substring(1));
    words.add(snapshot.store().code());
    words.add(String.valueOf(snapshot.store().chunkSize().sectors()));
    words.addAll(table.subList(Math.min(7, table.size()), table.size()));
    return String.join(" ", words);
  }

  private static Snapshot open(Origin origin, RamDevice cow, List<String> table)
      throws IOException {
    Set<Feature> features = EnumSet.noneOf(Feature.class);
    for (Feature feature : Feature.values()) {
      if (table.contains(feature.word())) {
        features.add(feature);
      }
    }
    Snapshot snapshot =
        Snapshot.open(
            origin,
            CowFile.alone(cow),
            ExceptionStoreType.of(table.get(5)),
            Integer.parseInt(table.get(6)),
            features,
            new RecordedEvents());
    return snapshot;
  }

  private static void remove(Origin origin, Snapshot snapshot) {
    origin.remove(snapshot);
  }

  /** A merge that fails shows it in its status. */
  private static final class MergeEnd implements MergeListener {

    @Override
    public void finished(SnapshotMerge merge) {
      assertThat(merge.failed()).isFalse();
    }

    @Override
    public void failed(SnapshotMerge merge, String reason) {
      assertThat(merge.failed()).isTrue();
    }
  }
}
