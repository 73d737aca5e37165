package org.dmsnap.pool;

import java.io.IOException;
import org.dmsnap.pool.change.SnapshotRequest;
import org.dmsnap.pool.state.PoolOptions;

/** What a soak works on: a pool, or a mount of one. For many threads, with the errors of both. */
public interface SoakPool {

  /** Opens it, or mounts it. */
  void open(PoolOptions options) throws IOException;

  /** Closes it; nobody uses it. */
  void close() throws IOException;

  /** Closes it and deletes all there is. */
  void delete() throws IOException;

  /** As {@link Pool#create}. */
  void create(String name, long bytes) throws IOException;

  /** As {@link Pool#snapshot}. */
  void snapshot(SnapshotRequest request) throws IOException;

  /** As {@link Pool#remove}. */
  void remove(String name) throws IOException;

  /** As {@link Pool#reset}. */
  void reset(String name) throws IOException;

  /** As {@link Pool#merge}; it has begun. */
  void merge(String name, boolean force) throws IOException;

  /** Adds {@code bytes} to a snapshot's COW device. */
  void extend(String name, long bytes) throws IOException;

  /** As {@link Pool#suspend}. */
  void suspend(String name) throws IOException;

  /** As {@link Pool#resume}. */
  void resume(String name) throws IOException;

  /** Makes everything durable. */
  void commit() throws IOException;

  /** What the sectors of a volume hold, each the same number all over. */
  long[] read(String name, int first, int count) throws IOException;

  /** Whether what others wait to write to can be read; a system that has locked its pages waits. */
  boolean readsWhileWritersWait();

  /** Writes a number all over each sector. */
  void write(String name, int first, long... stamps) throws IOException;

  /** Makes sectors read as zeroes. */
  void clear(String name, int first, int count) throws IOException;

  /** As fsync(2). */
  void flush(String name) throws IOException;

  /** What the pool logged. */
  String log();
}
