package org.dmsnap.engine;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.dmsnap.block.BlockDevice;
import org.dmsnap.block.BufferPool;
import org.dmsnap.block.NativeBuffer;
import org.dmsnap.store.ChunkSize;
import org.dmsnap.store.MergeRun;

/**
 * Copies a batch from the COW device to the image, the last chunk no further than the origin goes.
 */
final class MergeCopier {

  private final BlockDevice cow;
  private final BlockDevice image;
  private final ChunkSize chunkSize;

  MergeCopier(BlockDevice cow, BlockDevice image, ChunkSize chunkSize) {
    this.cow = cow;
    this.image = image;
    this.chunkSize = chunkSize;
  }

  /** Copies runs that do not overlap; a second thread takes one half. */
  void copyByTwo(List<MergeRun> runs) throws IOException {
    int half = runs.size() / 2;
    CompletableFuture<Optional<IOException>> other =
        CompletableFuture.supplyAsync(
            () -> failureOf(runs.subList(0, half)), MergeCopier::onItsOwnThread);
    try {
      copy(runs.subList(half, runs.size()));
    } finally {
      other.join(); // whatever happened here: what it writes must not come later
    }
    if (other.join().isPresent()) {
      throw other.join().get();
    }
  }

  /** Not of the common pool, whose few threads may be waiting for what only this ends. */
  private static void onItsOwnThread(Runnable copy) {
    Thread thread = new Thread(copy, "dmsnap-merge-half");
    thread.setDaemon(true);
    thread.start();
  }

  private Optional<IOException> failureOf(List<MergeRun> runs) {
    try {
      copy(runs);
      return Optional.empty();
    } catch (IOException failure) {
      return Optional.of(failure);
    }
  }

  /** Copies runs one after the other. */
  void copy(List<MergeRun> runs) throws IOException {
    NativeBuffer buffer = BufferPool.borrow();
    try {
      for (int i = 0; i < runs.size(); ) {
        int count = together(runs, i);
        if (count == 1) {
          copy(runs.get(i), buffer);
        } else {
          copyTogether(runs.subList(i, i + count), buffer);
        }
        i += count;
      }
    } finally {
      BufferPool.giveBack(buffer);
    }
  }

  /**
   * How many runs, from the {@code first}, lie next to each other on the COW device in a buffer.
   */
  private int together(List<MergeRun> runs, int first) {
    long chunks = runs.get(first).run().count();
    int next = first + 1;
    while (next < runs.size() && runs.get(next).run().end() == runs.get(next - 1).run().first()) {
      chunks += runs.get(next).run().count();
      if (chunkSize.positionOf(chunks) > BufferPool.BUFFER_BYTES) {
        break;
      }
      next++;
    }
    return next - first;
  }

  /** Reads scattered runs at once, where they are one on the COW device. */
  private void copyTogether(List<MergeRun> runs, NativeBuffer buffer) throws IOException {
    long from = chunkSize.positionOf(runs.get(runs.size() - 1).run().first());
    long to = chunkSize.positionOf(runs.get(0).run().end());
    cow.read(from, buffer.seek(0), (int) (to - from));
    for (MergeRun run : runs) {
      buffer.seek((int) (chunkSize.positionOf(run.run().first()) - from));
      image.write(start(run), buffer, (int) (end(run) - start(run)));
    }
  }

  private void copy(MergeRun run, NativeBuffer buffer) throws IOException {
    long shift = chunkSize.positionOf(run.run().first()) - start(run);
    for (long at = start(run); at < end(run); ) {
      int piece = (int) Math.min(BufferPool.BUFFER_BYTES, end(run) - at);
      cow.read(at + shift, buffer.seek(0), piece);
      image.write(at, buffer.seek(0), piece);
      at += piece;
    }
  }

  /** Where a run starts on the image. */
  long start(MergeRun run) {
    return chunkSize.positionOf(run.oldFirst());
  }

  /** Where it ends there, no further than the image goes. */
  long end(MergeRun run) {
    return Math.min(chunkSize.positionOf(run.oldEnd()), image.size());
  }
}
