package org.dmsnap.pool.table;

/** How far a merge has come, as {@code pool.table} has it. */
public enum MergeStage {
  /** It waits for the origin and the snapshot to be closed. */
  DUE,
  /** The origin reads as merged. */
  RUNNING
}
