package org.dmsnap.engine;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.dmsnap.block.BlockDevice;
import org.dmsnap.block.FileDirectory;
import org.dmsnap.store.CowFile;
import org.dmsnap.store.ExceptionStoreType;

/** A sparse origin in a file that has holes, and what a test wants to put on top of it. */
final class SparseBench implements AutoCloseable {

  final FileDirectory directory;
  final BlockDevice image;
  final Origin origin;
  final SnapshotOrigin volume;
  private final List<BlockDevice> cows = new ArrayList<>();

  SparseBench(Path path, long size) throws IOException {
    directory = FileDirectory.open(path);
    image = directory.createUnnamed(size);
    origin = new Origin(image, OverflowPolicy.INVALIDATE, StallListener.NONE);
    volume = new SnapshotOrigin(origin);
  }

  /** Takes a snapshot with room for all of the origin. */
  Snapshot snapshot(String type, int chunkSectors, Feature... features) throws IOException {
    BlockDevice cow = directory.createUnnamed(2 * image.size() + (4 << 20));
    cows.add(cow);
    Set<Feature> with = EnumSet.noneOf(Feature.class);
    with.addAll(List.of(features));
    Snapshot snapshot =
        Snapshot.open(
            origin,
            CowFile.alone(cow),
            ExceptionStoreType.of(type),
            chunkSectors,
            with,
            new RecordedEvents());
    volume.flush(); // as every creation of a snapshot does
    origin.add(snapshot);
    return snapshot;
  }

  /** The merge of a snapshot, not yet started. */
  SnapshotMerge merge(Snapshot snapshot) throws IOException {
    snapshot.flush();
    volume.flush();
    origin.remove(snapshot);
    MergeListener nobody =
        new MergeListener() {
          @Override
          public void finished(SnapshotMerge merge) {}

          @Override
          public void failed(SnapshotMerge merge, String reason) {
            throw new AssertionError(reason);
          }
        };
    return new SnapshotMerge(origin, snapshot, nobody, snapshot.chunkSize().bytes());
  }

  @Override
  public void close() throws IOException {
    origin.image().close();
    for (BlockDevice cow : cows) {
      cow.close();
    }
    directory.close();
  }
}
