package org.dmsnap.engine;

/** What a copy-out does about a snapshot that has no room for it. */
enum CopyOutMode {
  /** Extends it if it can be, else makes it Invalid and goes on. */
  INVALIDATE,
  /** Extends it if it can be, else is refused with ENOSPC. */
  REFUSE,
  /** Is refused with EOPNOTSUPP rather than extend it: for a discard, which can be done without. */
  QUIET,
  /** Extends it if it can be, else fails: for what can be tried again. */
  SPARE;

  /** Whether whatever fails costs no snapshot its content. */
  boolean spares() {
    return this == QUIET || this == SPARE;
  }

  /** The way of an origin's ordinary writes. */
  static CopyOutMode of(OverflowPolicy policy) {
    return policy == OverflowPolicy.REFUSE ? REFUSE : INVALIDATE;
  }
}
