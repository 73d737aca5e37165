package org.dmsnap.store;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

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
   */
  record Ready(long oldFirst, ChunkRun run) {}

  private static final class Entry {
    final ChunkRun run;
    long oldFirst;
    boolean ready;

    Entry(ChunkRun run) {
      this.run = run;
    }
  }

  private final TreeMap<Long, Entry> entries = new TreeMap<>();
  private long records;

  /** Adds chunks that have been prepared and not yet written. */
  void prepare(ChunkRun run) {
    entries.put(run.first(), new Entry(run));
    records += run.count();
  }

  /** Marks prepared chunks as written. */
  void ready(long oldFirst, ChunkRun run) {
    Entry entry = entries.get(run.first());
    if (entry == null || entry.run.count() != run.count()) {
      throw new IllegalStateException("committed without being prepared: " + run);
    }
    entry.oldFirst = oldFirst;
    entry.ready = true;
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
      prefix.add(new Ready(entry.oldFirst, entry.run));
    }
    return prefix;
  }

  /** Takes out what {@link #readyPrefix} answered. */
  void remove(List<Ready> prefix) {
    for (Ready ready : prefix) {
      abandon(ready.run());
    }
  }
}
