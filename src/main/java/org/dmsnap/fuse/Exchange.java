package org.dmsnap.fuse;

import java.util.concurrent.ExecutorService;
import org.dmsnap.engine.StallListener;

/**
 * What one thread exchanges with the kernel over {@code /dev/fuse}, each in its own memory.
 *
 * @param request where the requests are, one after the other
 * @param answer to the one that is there, in the same memory
 * @param stalePages what the kernel is told unasked
 */
record Exchange(RequestMemory request, Answer answer, StalePages stalePages) {

  /**
   * One for a thread.
   *
   * @param device the descriptor of {@code /dev/fuse}
   * @param capacity how many bytes a request may have
   * @param waiters of {@link PageWaiter#pool}
   */
  static Exchange over(int device, int capacity, StallListener stalls, ExecutorService waiters) {
    RequestMemory request = new RequestMemory(capacity);
    return new Exchange(
        request, new Answer(device, request.answer()), new StalePages(device, stalls, waiters));
  }
}
