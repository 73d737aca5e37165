package org.dmsnap.engine;

/**
 * Is told that new data of an origin could not be written to its image, and goes on waiting in
 * memory.
 *
 * <p>Called on the thread that drains, with no lock held, once until a drain succeeds again.
 */
public interface DrainListener {

  /** For who is told by the next sync alone. */
  DrainListener NONE = failure -> {};

  /** A drain has failed in the background. */
  void drainFailed(Exception failure);
}
