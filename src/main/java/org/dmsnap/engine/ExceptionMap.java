package org.dmsnap.engine;

import org.dmsnap.store.ChunkRun;
import org.dmsnap.store.ChunkSize;
import org.dmsnap.store.MergeRun;

/**
 * The exceptions of one snapshot, asked in bytes.
 *
 * <p>As {@link ExceptionTable}: any number of threads, look-ups without locks. An exception is
 * never taken back.
 */
final class ExceptionMap {

  static final long NONE = ExceptionTable.NONE;

  private final ChunkSize chunkSize;
  private final ExceptionTable table;

  ExceptionMap(ChunkSize chunkSize, ExceptionTable table) {
    this.chunkSize = chunkSize;
    this.table = table;
  }

  /** The COW chunk that replaces {@code oldChunk}, or {@link #NONE}. */
  long find(long oldChunk) {
    return table.find(oldChunk);
  }

  /** Where the byte at {@code position}, which has an exception, is on the COW device. */
  long cowPosition(long position) {
    return chunkSize.positionOf(table.find(chunkSize.chunkOf(position)))
        + chunkSize.offsetIn(position);
  }

  /** How many bytes from {@code position} lie on the COW device in one piece; 0 if none do. */
  int exceptedRun(long position, int most) {
    long chunk = chunkSize.chunkOf(position);
    long newChunk = table.find(chunk);
    if (newChunk == NONE) {
      return 0;
    }
    int run = chunkSize.lengthWithin(position, most);
    while (run < most && table.find(++chunk) == ++newChunk) {
      run += chunkSize.lengthWithin(position + run, most - run);
    }
    return run;
  }

  /** How many bytes from {@code position} are the origin's; 0 if the first is not. */
  int unexceptedRun(long position, int most) {
    int run = 0;
    while (run < most && table.find(chunkSize.chunkOf(position + run)) == NONE) {
      run += chunkSize.lengthWithin(position + run, most - run);
    }
    return run;
  }

  /** The first position from {@code position} on that is not the origin's, or {@code end}. */
  long exceptedFrom(long position, long end) {
    return next(true, position, end);
  }

  /** The first position from {@code position} on that is the origin's, or {@code end}. */
  long unexceptedFrom(long position, long end) {
    return next(false, position, end);
  }

  private long next(boolean excepted, long position, long end) {
    if (position >= end) {
      return end;
    }
    long found = table.next(excepted, chunkSize.chunkOf(position), chunkSize.chunksIn(end));
    return Math.min(end, Math.max(position, chunkSize.positionOf(found)));
  }

  /** How many chunks of a range have no exception. */
  long missing(long position, long length) {
    long missing = 0;
    long last = chunkSize.chunkOf(position + length - 1);
    for (long chunk = chunkSize.chunkOf(position); chunk <= last; chunk++) {
      if (table.find(chunk) == NONE) {
        missing++;
      }
    }
    return missing;
  }

  /** Adds the exceptions of a run, the first of which is for {@code oldFirst}. */
  void add(long oldFirst, ChunkRun run) {
    for (long i = 0; i < run.count(); i++) {
      table.putIfAbsent(oldFirst + i, run.first() + i);
    }
  }

  /** Takes back the exceptions of a run that has been merged. */
  void remove(MergeRun merged) {
    table.remove(merged.oldFirst(), merged.run().first(), merged.run().count());
  }
}
