package org.dmsnap.engine;

/** Is told how a merge ends; called on the merge's thread, outside the gate. */
public interface MergeListener {

  /** Everything is on the origin's image and the store is empty, durably. */
  void finished(SnapshotMerge merge);

  /** The merge has stopped for good; the origin goes on, reading as merged. */
  void failed(SnapshotMerge merge, String reason);
}
