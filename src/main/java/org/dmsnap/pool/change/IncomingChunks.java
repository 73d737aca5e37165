package org.dmsnap.pool.change;

import java.io.IOException;
import java.util.Arrays;
import jnr.constants.platform.Errno;
import org.dmsnap.block.ErrnoException;
import org.dmsnap.store.ChunkRun;
import org.dmsnap.store.ChunkSize;
import org.dmsnap.store.ExceptionStore;

/**
 * Makes exceptions of ranges that ascend. Of a chunk that they do not fill, {@link Gaps} remembers
 * what is missing. One thread.
 */
final class IncomingChunks {

  /** Exceptions that may wait in memory to be written down. */
  private static final long FLUSH_AFTER = 1 << 16;

  private static final long NONE = -1;

  private final ExceptionStore store;
  private final ChunkSize size;
  private final Written written;
  private final Gaps gaps;
  private final long volumeBytes;
  private final byte[] chunk;
  private long current = NONE; // the chunk that is being filled
  private int filled; // of it, gaps included
  private long unflushed;

  IncomingChunks(ExceptionStore store, Written written, Gaps gaps, long volumeBytes) {
    this.store = store;
    this.size = store.chunkSize();
    this.written = written;
    this.gaps = gaps;
    this.volumeBytes = volumeBytes;
    this.chunk = new byte[size.bytes()];
  }

  /** Takes data. */
  void data(long position, byte[] bytes, int offset, int length) throws IOException {
    for (int done = 0; done < length; ) {
      long at = position + done;
      int rest = length - done;
      if (size.offsetIn(at) == 0 && rest >= size.bytes()) {
        done += whole(at, bytes, offset + done, rest);
      } else {
        int count = size.lengthWithin(at, rest);
        System.arraycopy(bytes, offset + done, chunk, begin(at), count);
        filled(count);
        done += count;
      }
    }
  }

  private int whole(long position, byte[] bytes, int offset, int length) throws IOException {
    ChunkRun run = take(position, size.chunkOf(length));
    int taken = (int) size.positionOf(run.count());
    written.write(size.positionOf(run.first()), bytes, offset, taken);
    commit(position, run);
    return taken;
  }

  /** Takes zeroes, which a fresh COW device holds wherever nothing was written. */
  void zeroes(long position, long length) throws IOException {
    for (long done = 0; done < length; ) {
      long at = position + done;
      long rest = length - done;
      if (size.offsetIn(at) == 0 && rest >= size.bytes()) {
        ChunkRun run = take(at, size.chunkOf(rest));
        commit(at, run);
        done += size.positionOf(run.count());
      } else {
        begin(at);
        int count = size.lengthWithin(at, rest);
        filled(count);
        done += count;
      }
    }
  }

  /** Begins or goes on with the chunk of {@code position}; where that is in it. */
  private int begin(long position) throws IOException {
    long number = size.chunkOf(position);
    if (number != current) {
      end();
      current = number;
      filled = 0;
      Arrays.fill(chunk, (byte) 0);
    }
    int within = size.offsetIn(position);
    gaps.add(filled, within);
    filled = within;
    return within;
  }

  private void filled(int count) throws IOException {
    filled += count;
    if (filled == size.bytes()) {
      end();
    }
  }

  /** No more comes of the chunk that is being filled. */
  void end() throws IOException {
    if (current == NONE) {
      return;
    }
    long position = size.positionOf(current);
    gaps.add(filled, (int) Math.min(size.bytes(), volumeBytes - position));
    current = NONE;
    ChunkRun run = take(position, 1);
    written.write(size.positionOf(run.first()), chunk, 0, chunk.length);
    gaps.lie(position, size.positionOf(run.first()));
    commit(position, run);
  }

  private ChunkRun take(long position, long chunks) throws IOException {
    if (current != NONE && current != size.chunkOf(position)) {
      end();
    }
    ChunkRun run = store.prepare(chunks);
    if (run == null) {
      throw new ErrnoException(
          Errno.ENOSPC,
          "the COW device has no room for what the stream brings: give it more, or no size, and it"
              + " has what it can need");
    }
    return run;
  }

  private void commit(long position, ChunkRun run) throws IOException {
    store.commit(size.chunkOf(position), run);
    unflushed += run.count();
    if (unflushed >= FLUSH_AFTER) {
      store.flush();
      unflushed = 0;
    }
  }
}
