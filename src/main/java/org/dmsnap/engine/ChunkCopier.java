package org.dmsnap.engine;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.dmsnap.block.BlockDevice;
import org.dmsnap.block.BufferPool;
import org.dmsnap.block.NativeBuffer;
import org.dmsnap.store.ChunkRun;
import org.jspecify.annotations.Nullable;

/**
 * Copies chunks of an origin to all snapshots that need them: each byte is read once, a buffer at a
 * time, and the last chunk no further than the origin goes.
 *
 * <p>Used once, by one thread that holds the region's lock.
 */
final class ChunkCopier {

  /** Chunks that lie next to each other on both devices. */
  private static final class Move {
    final Snapshot snapshot;
    final long oldFirst;
    final ChunkRun run;
    final long from;
    final long to;
    @Nullable IOException failure;

    Move(Snapshot snapshot, long oldFirst, ChunkRun run, long originSize) {
      this.snapshot = snapshot;
      this.oldFirst = oldFirst;
      this.run = run;
      this.from = snapshot.chunkSize().positionOf(oldFirst);
      this.to = Math.min(originSize, snapshot.chunkSize().positionOf(oldFirst + run.count()));
    }

    boolean covers(long position) {
      return failure == null && from <= position && position < to;
    }

    /** Writes what of the piece at {@code position} falls into this move. */
    void write(long position, NativeBuffer buffer, int length) {
      long start = Math.max(from, position);
      long end = Math.min(to, position + length);
      if (failure != null || start >= end) {
        return;
      }
      try {
        buffer.seek((int) (start - position));
        long target = snapshot.chunkSize().positionOf(run.first()) + (start - from);
        snapshot.cow().write(target, buffer, (int) (end - start));
      } catch (IOException e) {
        failure = e; // this snapshot's alone: the others go on
      }
    }
  }

  private final BlockDevice image;
  private final CopyOutMode mode;
  private final List<Move> moves = new ArrayList<>();

  ChunkCopier(BlockDevice image, CopyOutMode mode) {
    this.image = image;
    this.mode = mode;
  }

  /** Adds chunks of {@code snapshot} from origin chunk {@code oldFirst}, to be copied to a run. */
  void add(Snapshot snapshot, long oldFirst, ChunkRun run) {
    moves.add(new Move(snapshot, oldFirst, run, image.size()));
  }

  /** Copies all that was added, and commits it or tells its snapshot that it failed. */
  void run() throws IOException {
    if (moves.isEmpty()) {
      return;
    }
    NativeBuffer buffer = BufferPool.borrow();
    try {
      long at = nextFrom(0);
      while (at >= 0) {
        int piece = (int) Math.min(BufferPool.BUFFER_BYTES, reachFrom(at) - at);
        copyPiece(at, buffer, piece);
        at = nextFrom(at + piece);
      }
    } finally {
      BufferPool.giveBack(buffer);
    }
    while (!moves.isEmpty()) {
      finish(moves.remove(moves.size() - 1));
    }
  }

  /** Gives back what a failure left prepared, or it would hold up its store for ever. */
  void abandonRest() {
    for (Move move : moves) {
      move.snapshot.store().abandon(move.run);
    }
  }

  private void copyPiece(long position, NativeBuffer buffer, int length) {
    try {
      image.read(position, buffer.seek(0), length);
    } catch (IOException e) {
      for (Move move : moves) {
        if (move.from < position + length && position < move.to) {
          move.failure = e;
        }
      }
      return;
    }
    for (Move move : moves) {
      move.write(position, buffer, length);
    }
  }

  private void finish(Move move) throws IOException {
    if (move.failure == null) {
      move.snapshot.copyOut().copied(move.oldFirst, move.run, mode);
    } else {
      move.snapshot.copyOut().copyFailed(move.run, move.failure, mode);
    }
  }

  /** The first position from {@code position} on that a move still needs, or -1. */
  private long nextFrom(long position) {
    long next = -1;
    for (Move move : moves) {
      long start = Math.max(move.from, position);
      if (move.failure == null && start < move.to && (next < 0 || start < next)) {
        next = start;
      }
    }
    return next;
  }

  /** How far the moves that cover {@code position} reach. */
  private long reachFrom(long position) {
    long reach = position + 1;
    for (Move move : moves) {
      if (move.covers(position)) {
        reach = Math.max(reach, move.to);
      }
    }
    return reach;
  }
}
