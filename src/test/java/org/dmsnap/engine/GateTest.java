package org.dmsnap.engine;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class GateTest {

  private static final int REQUESTS = 8;
  private static final long REQUEST_NANOS = MILLISECONDS.toNanos(5);

  private final Gate gate = new Gate(StallListener.NONE);
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final AtomicBoolean over = new AtomicBoolean();

  @AfterEach
  void stop() {
    over.set(true);
    threads.shutdownNow();
  }

  @Test
  void whoever_holds_changes_gets_in_however_many_requests_keep_coming() throws Exception {
    List<Future<?>> requests = keepComing(this::change);

    long stamp = threads.submit(gate::holdChanges).get(10, SECONDS);

    assertThat(requests).noneMatch(Future::isDone);
    gate.release(stamp);
  }

  @Test
  void whoever_holds_views_gets_in_however_many_requests_keep_coming() throws Exception {
    List<Future<?>> requests = keepComing(this::view);

    long stamp = threads.submit(gate::holdViews).get(10, SECONDS);

    assertThat(requests).noneMatch(Future::isDone);
    gate.releaseViews(stamp);
  }

  @Test
  void another_thread_may_release_what_one_has_held() throws Exception {
    long stamp = threads.submit(gate::holdChanges).get(10, SECONDS);
    CompletableFuture<Void> held = CompletableFuture.runAsync(this::change, threads);

    gate.leaveView(gate.enterView());
    assertThat(held).isNotDone();
    gate.release(stamp);

    held.get(10, SECONDS);
  }

  private List<Future<?>> keepComing(Runnable request) throws InterruptedException {
    List<Future<?>> running = new ArrayList<>();
    for (int i = 0; i < REQUESTS; i++) {
      running.add(threads.submit(() -> repeat(request)));
      MILLISECONDS.sleep(1); // so that they overlap, and some is always inside
    }
    return running;
  }

  private void repeat(Runnable request) {
    while (!over.get()) {
      request.run();
    }
  }

  private void change() {
    long stamp = gate.enterChange();
    LockSupport.parkNanos(REQUEST_NANOS);
    gate.leaveChange(stamp);
  }

  private void view() {
    long stamp = gate.enterView();
    LockSupport.parkNanos(REQUEST_NANOS);
    gate.leaveView(stamp);
  }
}
