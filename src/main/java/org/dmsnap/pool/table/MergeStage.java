package org.dmsnap.pool.table;

/**
 * How far a snapshot's end has come, by merge or removal, or that of its store, by a reset, as
 * {@code pool.table} has it.
 */
public enum MergeStage {
  /** It waits for the origin and the snapshot to be closed. */
  DUE,
  /** The origin reads as merged. */
  RUNNING,
  /** It is gone for its users; what others read in it is handed down to them. */
  REMOVED,
  /** Its store is in the file of a new one, if that is there: it takes the place of the other. */
  RESET
}
