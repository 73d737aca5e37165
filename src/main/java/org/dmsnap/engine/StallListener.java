package org.dmsnap.engine;

/**
 * Is told when a thread that serves requests must wait for something other than the request's own
 * I/O, so that another can take its place meanwhile.
 */
public interface StallListener {

  /** For callers whose threads may wait freely. */
  StallListener NONE =
      new StallListener() {
        @Override
        public void stalling() {
          // nobody takes this thread's place
        }

        @Override
        public void resumed() {
          // nobody took this thread's place
        }
      };

  /** The calling thread is about to wait, perhaps for long. */
  void stalling();

  /**
   * Whether whoever waits for the request that the calling thread serves has given it up; asked
   * between the pieces of what may take long.
   */
  default boolean givenUp() {
    return false;
  }

  /** The calling thread goes on. Called once for each {@link #stalling}, on the same thread. */
  void resumed();
}
