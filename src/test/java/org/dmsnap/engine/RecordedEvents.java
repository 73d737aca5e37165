package org.dmsnap.engine;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Writes down what a snapshot's or a merge's listener is told; grows nothing. */
public class RecordedEvents implements SnapshotListener, MergeListener {

  private final List<String> events = new CopyOnWriteArrayList<>();

  /** What happened so far, such as {@code Invalid: Unable to allocate exception}. */
  public List<String> all() {
    return events;
  }

  @Override
  public void invalidated(Snapshot snapshot, String reason, boolean recorded) throws IOException {
    events.add("Invalid: " + reason + (recorded ? "" : " (not recorded)"));
  }

  @Override
  public void finished(SnapshotMerge merge) {
    events.add("Merged");
  }

  @Override
  public void failed(SnapshotMerge merge, String reason) {
    events.add("Merge failed: " + reason);
  }

  @Override
  public void overflowed(Snapshot snapshot) {
    events.add("Overflow");
  }

  @Override
  public void refused(Snapshot snapshot) {
    // who was refused knows
  }

  @Override
  public void failed(Snapshot snapshot, IOException failure) {
    // whose write it was knows
  }

  @Override
  public void undrained(Snapshot snapshot, Exception failure) {
    // whoever flushes knows
  }

  @Override
  public long growsAbove(Snapshot snapshot) {
    return Long.MAX_VALUE;
  }

  @Override
  public void filling(Snapshot snapshot, long neededSectors) {
    // it does not grow
  }

  @Override
  public void filled(Snapshot snapshot, long allocatedSectors) {
    // as full as it may be
  }
}
