package org.dmsnap.store;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.TreeMap;
import org.dmsnap.succession.Legacy;

/**
 * Prepared chunks in the order of their allocation, which is the order in which they become
 * durable.
 *
 * <p>Not thread-safe: {@link PersistentStore} guards it.
 */
final class CommitQueue {

  /**
   * Exceptions that are ready to become durable.
   *
   * @param oldFirst the origin chunk of the first
   * @param run where they are on the COW device
   * @param place where a successor finds them
   */
  record Ready(long oldFirst, ChunkRun run, int place) {}

  private static final class Entry {
    final ChunkRun run;
    long oldFirst;
    int place;
    boolean ready;

    Entry(ChunkRun run) {
      this.run = run;
    }
  }

  private final Legacy legacy;
  private final TreeMap<Long, Entry> entries = new TreeMap<>();
  private long records;
  private volatile int unplaced; // runs that a successor would not find

  /** An empty one. */
  CommitQueue(Legacy legacy) {
    this.legacy = legacy;
  }

  /** Adds chunks that have been prepared and not yet written. */
  void prepare(ChunkRun run) {
    entries.put(run.first(), new Entry(run));
    records += run.count();
  }

  /** Marks prepared chunks as written, and leaves that to a successor. */
  void ready(long oldFirst, ChunkRun run) {
    Entry entry = entries.get(run.first());
    if (entry == null || entry.run.count() != run.count()) {
      throw new IllegalStateException("committed without being prepared: " + run);
    }
    entry.place = legacy.committed(oldFirst, run.first(), run.count());
    count(entry.place, 1);
    entry.oldFirst = oldFirst;
    entry.ready = true;
  }

  /** Adds what a predecessor left at {@code place}, written. */
  void inherit(long oldFirst, ChunkRun run, int place) {
    prepare(run);
    Entry entry = Objects.requireNonNull(entries.get(run.first()));
    entry.place = place;
    entry.oldFirst = oldFirst;
    entry.ready = true;
  }

  /** Whether a successor would find all that is ready. */
  boolean left() {
    return unplaced == 0;
  }

  /** Forgets prepared chunks that will not be written. */
  void abandon(ChunkRun run) {
    if (entries.remove(run.first()) != null) {
      records -= run.count();
    }
  }

  /** How many records are in the queue before {@code chunk}, ready or not. */
  long recordsBefore(long chunk) {
    long before = 0;
    for (Entry entry : entries.headMap(chunk).values()) {
      before += entry.run.count();
    }
    return before;
  }

  /** How many records are in the queue, ready or not. */
  long records() {
    return records;
  }

  /** The first chunk in the queue, ready or not, or {@code end} if there is none. */
  long first(long end) {
    return entries.isEmpty() ? end : entries.firstKey();
  }

  /** Whether {@link #readyPrefix} is not empty. */
  boolean hasReady() {
    return !entries.isEmpty() && entries.firstEntry().getValue().ready;
  }

  /** The longest ready run of entries from the oldest on. */
  List<Ready> readyPrefix() {
    List<Ready> prefix = new ArrayList<>();
    for (Entry entry : entries.values()) {
      if (!entry.ready) {
        break;
      }
      prefix.add(new Ready(entry.oldFirst, entry.run, entry.place));
    }
    return prefix;
  }

  /** Takes out what {@link #readyPrefix} answered: a successor finds it on the COW device. */
  void remove(List<Ready> prefix) {
    for (Ready ready : prefix) {
      abandon(ready.run());
      legacy.durable(ready.place());
      count(ready.place(), -1);
    }
  }

  /** Counts one that has no place with a successor; written under its owner's lock alone. */
  private void count(int place, int by) {
    if (place == Legacy.NO_PLACE) {
      int before = unplaced;
      unplaced = before + by;
    }
  }
}
