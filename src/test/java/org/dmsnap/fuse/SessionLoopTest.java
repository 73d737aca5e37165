package org.dmsnap.fuse;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class SessionLoopTest {

  private static final int WANTED = 2;

  private final Queue queue = new Queue();
  private final CountDownLatch release = new CountDownLatch(1);

  private SessionLoop loop = new SessionLoop(WANTED, 0);

  @AfterEach
  void unmount() throws InterruptedException {
    release.countDown();
    queue.unmount();
    loop.join();
  }

  @Test
  void as_many_threads_as_wanted_are_free_however_many_wait() throws Exception {
    loop.start(queue);

    waitIn(5);

    assertThat(loop.size()).isEqualTo(5 + WANTED);
    CountDownLatch both = new CountDownLatch(WANTED);
    for (int i = 0; i < WANTED; i++) {
      queue.add(() -> meet(both));
    }
    both.await(); // each of the requests waited for the other: two threads served them at once
  }

  @Test
  void further_threads_leave_when_nobody_waits_any_more() throws Exception {
    loop.start(queue);
    waitIn(5);

    release.countDown();

    while (loop.size() > WANTED) {
      serveOne();
    }
    for (int i = 0; i < 100; i++) {
      serveOne();
    }
    assertThat(loop.size()).isEqualTo(WANTED);
  }

  @Test
  void further_threads_stay_while_waits_were_seen_lately() throws Exception {
    loop = new SessionLoop(WANTED, TimeUnit.HOURS.toNanos(1));
    loop.start(queue);
    waitIn(3);

    release.countDown();

    for (int i = 0; i < 1000; i++) {
      serveOne();
    }
    assertThat(loop.size()).isEqualTo(3 + WANTED);
  }

  @Test
  void further_threads_stay_while_somebody_waits() throws Exception {
    loop.start(queue);

    waitIn(3);

    for (int i = 0; i < 1000; i++) {
      serveOne();
    }
    assertThat(loop.size()).isEqualTo(3 + WANTED);
  }

  @Test
  void who_waits_for_a_disk_has_another_in_its_place_up_to_as_many_as_a_disk_likes()
      throws Exception {
    loop.start(queue);

    waitForDisksIn(SessionLoop.MOST_AT_DISKS);
    assertThat(loop.size()).isEqualTo(SessionLoop.MOST_AT_DISKS + WANTED);
    waitForDisksIn(1);
    assertThat(loop.size()).isEqualTo(SessionLoop.MOST_AT_DISKS + WANTED);
    waitIn(3); // for something else: as ever
    assertThat(loop.size()).isEqualTo(SessionLoop.MOST_AT_DISKS + WANTED + 3);

    release.countDown();
    while (loop.size() > WANTED) {
      serveOne();
    }
  }

  @Test
  void a_further_thread_that_has_no_memory_leaves_and_the_others_serve_on() throws Exception {
    loop.start(queue);
    CountDownLatch both = new CountDownLatch(WANTED);
    for (int i = 0; i < WANTED; i++) {
      queue.add(() -> meet(both));
    }
    both.await(); // those that are not further ones serve by now
    queue.noMemory = true;

    waitIn(1);
    while (loop.size() > WANTED) {
      Thread.onSpinWait();
    }

    queue.noMemory = false;
    serveOne();
    assertThat(loop.ended()).isFalse();
    release.countDown();
  }

  @Test
  void no_request_is_lost_by_threads_that_come_and_go() throws Exception {
    loop.start(queue);
    CountDownLatch served = new CountDownLatch(2000);

    for (int i = 0; i < 2000; i++) {
      queue.add(
          () -> {
            loop.stalling();
            loop.resumed();
            served.countDown();
          });
    }

    served.await();
  }

  @Test
  void the_mount_may_end_with_further_threads_there() throws Exception {
    loop = new SessionLoop(WANTED, TimeUnit.HOURS.toNanos(1));
    loop.start(queue);
    waitIn(3);

    release.countDown();
    queue.unmount();
    loop.join();

    assertThat(queue.left()).isEqualTo(3 + WANTED);
  }

  /** Has so many requests wait, each as a request that is held does; returns when all do. */
  private void waitIn(int requests) throws InterruptedException {
    CountDownLatch waiting = new CountDownLatch(requests);
    for (int i = 0; i < requests; i++) {
      queue.add(
          () -> {
            loop.stalling();
            waiting.countDown();
            await(release);
            loop.resumed();
          });
    }
    waiting.await();
  }

  /** As {@link #waitIn}, for a disk. */
  private void waitForDisksIn(int requests) throws InterruptedException {
    CountDownLatch waiting = new CountDownLatch(requests);
    for (int i = 0; i < requests; i++) {
      queue.add(
          () -> {
            SessionLoop.LoopThread thread = (SessionLoop.LoopThread) Thread.currentThread();
            thread.waiting();
            waiting.countDown();
            await(release);
            thread.waited();
          });
    }
    waiting.await();
  }

  private void serveOne() throws InterruptedException {
    CountDownLatch served = new CountDownLatch(1);
    queue.add(served::countDown);
    served.await();
  }

  private static void meet(CountDownLatch all) {
    all.countDown();
    await(all);
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Requests without a kernel. */
  private static final class Queue implements Requests {

    private final BlockingQueue<Runnable> requests = new LinkedBlockingQueue<>();
    private final List<Thread> left = new ArrayList<>(); // guarded by this: saw the mount go
    private volatile boolean unmounted;
    private volatile boolean noMemory;

    void add(Runnable request) {
      requests.add(request);
    }

    void unmount() {
      unmounted = true;
      requests.add(() -> {});
    }

    /** How many threads saw the mount go. */
    synchronized int left() {
      return left.size();
    }

    @Override
    public int serveWhile(BooleanSupplier wanted) {
      if (noMemory) {
        throw new OutOfMemoryError("for a request");
      }
      while (wanted.getAsBoolean()) {
        Runnable request = take();
        if (unmounted) {
          requests.add(request); // for the others to see
          synchronized (this) {
            left.add(Thread.currentThread());
          }
          return 0;
        }
        request.run();
      }
      return 1;
    }

    private Runnable take() {
      try {
        return requests.take();
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }
  }
}
