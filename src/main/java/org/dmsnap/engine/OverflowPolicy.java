package org.dmsnap.engine;

/** What happens to a write to an origin that a full snapshot cannot follow. */
public enum OverflowPolicy {
  /** The snapshot becomes Invalid and the write goes on: the kernel's way. */
  INVALIDATE,
  /** The write gets ENOSPC and the snapshot lives; so does a snapshot's own write. */
  REFUSE
}
