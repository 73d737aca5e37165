package org.dmsnap.pool;

import java.io.IOException;
import java.util.List;
import org.dmsnap.block.BackingDirectory;
import org.dmsnap.engine.StallListener;
import org.jspecify.annotations.Nullable;

/** Skeleton of the public face; see the Javadoc of each method. */
public final class Pool implements AutoCloseable {

  /** Opens a locked pool: loads the table, cleans up, adopts images, opens every volume. */
  public static Pool open(
      BackingDirectory directory, PoolOptions options, EventLog log, StallListener stalls)
      throws IOException {
    throw new UnsupportedOperationException();
  }

  /** The pool's directory name: the VG of {@code ctl/lvs}. */
  public String name() {
    throw new UnsupportedOperationException();
  }

  /** Whether it was opened read-only. */
  public boolean readOnly() {
    throw new UnsupportedOperationException();
  }

  /** Every device that there is now, hidden ones included, by name. */
  public List<Device> devices() {
    throw new UnsupportedOperationException();
  }

  /** The device of that name, or null. */
  public @Nullable Device device(String name) {
    throw new UnsupportedOperationException();
  }

  /** The state of every volume, by name: origins, and their snapshots, one that merges included. */
  public List<VolumeReport> volumes() {
    throw new UnsupportedOperationException();
  }

  /** What happened lately. */
  public EventLog log() {
    throw new UnsupportedOperationException();
  }

  /** Bytes free for the pool and bytes in all, on the file system that holds it. */
  public BackingDirectory directory() {
    throw new UnsupportedOperationException();
  }

  /** Creates an origin. */
  public void create(String name, long bytes) throws IOException {
    throw new UnsupportedOperationException();
  }

  /** Takes a snapshot. */
  public void snapshot(SnapshotRequest request) throws IOException {
    throw new UnsupportedOperationException();
  }

  /** Merges a snapshot into its origin. */
  public void merge(String name, boolean force) throws IOException {
    throw new UnsupportedOperationException();
  }

  /** Removes a snapshot, or an origin without any. */
  public void remove(String name) throws IOException {
    throw new UnsupportedOperationException();
  }

  /** Grows a snapshot's COW device or an origin; {@code relative}: by {@code bytes}, else to. */
  public void extend(String name, long bytes, boolean relative) throws IOException {
    throw new UnsupportedOperationException();
  }

  /** Holds changes of an origin and its snapshots. */
  public void suspend(String origin) throws IOException {
    throw new UnsupportedOperationException();
  }

  /** Ends {@link #suspend}. */
  public void resume(String origin) throws IOException {
    throw new UnsupportedOperationException();
  }

  /** Resumes what is suspended and makes everything written durable; the pool stays open. */
  public void commit() throws IOException {
    throw new UnsupportedOperationException();
  }

  /** A clean stop: commits, notes the origins' state, closes all. */
  @Override
  public void close() throws IOException {
    throw new UnsupportedOperationException();
  }
}
