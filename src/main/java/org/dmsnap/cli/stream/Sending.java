package org.dmsnap.cli.stream;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import org.dmsnap.block.Extents;
import org.dmsnap.stream.DiffWriter;

/**
 * Reads ranges of a volume and writes them to a stream: as zeroes where there are holes, or whole
 * blocks of zeroes. Ranges ascend. One thread.
 */
final class Sending {

  /** Of what is shorter it is not asked where the holes are: reading it is as quick. */
  private static final long WORTH_ASKING = 64 << 10;

  private static final int PIECE = 1 << 20;
  private static final int BLOCK = 4096;

  private final FileChannel volume;
  private final Extents extents;
  private final long size;
  private final DiffWriter out;
  private final ByteBuffer piece = ByteBuffer.allocateDirect(PIECE);
  private final ByteBuffer zeroes = ByteBuffer.allocateDirect(BLOCK);
  private long lookedFrom; // no data from here
  private long dataFrom; // to here, and nothing else from there
  private long holeFrom; // to here
  private long zeroesFrom;
  private long zeroesEnd;

  /**
   * @param volume where it is read
   * @param extents where its holes are
   * @param size its bytes
   */
  Sending(FileChannel volume, Extents extents, long size, DiffWriter out) {
    this.volume = volume;
    this.extents = extents;
    this.size = size;
    this.out = out;
  }

  /** Sends {@code length} bytes from {@code position} on. */
  void range(long position, long length) throws IOException {
    long end = position + length;
    if (length < WORTH_ASKING) {
      data(position, end);
      return;
    }
    for (long at = position; at < end; ) {
      look(at);
      long data = Math.min(end, Math.max(at, dataFrom));
      zero(at, data);
      long hole = Math.min(end, holeFrom);
      data(data, hole);
      at = hole;
    }
  }

  /**
   * Finds the data at or behind {@code position}, and all of it: many ranges may lie in it, and its
   * end may be far to look for.
   */
  private void look(long position) throws IOException {
    if (lookedFrom <= position && position < holeFrom) {
      return;
    }
    lookedFrom = position;
    dataFrom = extents.dataFrom(position, size);
    holeFrom = dataFrom < size ? extents.holeFrom(dataFrom, size) : size;
  }

  /** There are no more ranges. */
  void end() throws IOException {
    if (zeroesFrom < zeroesEnd) {
      out.zeroes(zeroesFrom, zeroesEnd - zeroesFrom);
    }
    zeroesFrom = zeroesEnd;
  }

  private void data(long from, long end) throws IOException {
    for (long at = from; at < end; at += piece.limit()) {
      piece.clear().limit((int) Math.min(PIECE, end - at));
      while (piece.hasRemaining()) {
        if (volume.read(piece, at + piece.position()) < 0) {
          throw new IOException("the volume ends at " + (at + piece.position()) + " already");
        }
      }
      piece(at);
    }
  }

  /** Sends what was read from {@code position}, in runs of blocks that are zero or not. */
  private void piece(long position) throws IOException {
    int end = piece.limit();
    for (int from = 0; from < end; ) {
      boolean zero = isZero(from);
      int to = from;
      while (to < end && isZero(to) == zero) {
        to = Math.min(end, to + BLOCK);
      }
      if (zero) {
        zero(position + from, position + to);
      } else {
        end();
        out.data(position + from, piece.slice(from, to - from));
      }
      from = to;
    }
  }

  private boolean isZero(int from) {
    int length = Math.min(BLOCK, piece.limit() - from);
    return piece.slice(from, length).equals(zeroes.slice(0, length));
  }

  private void zero(long from, long to) throws IOException {
    if (from != zeroesEnd) {
      end();
      zeroesFrom = from;
    }
    zeroesEnd = to;
  }
}
