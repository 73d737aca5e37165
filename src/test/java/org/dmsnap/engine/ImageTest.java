package org.dmsnap.engine;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import jnr.constants.platform.Errno;
import org.dmsnap.block.ErrnoException;
import org.dmsnap.block.RamDevice;
import org.dmsnap.block.RamDevice.Operation;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Linux tells one of two syncs at a time of a failure, and answers success to the other. */
class ImageTest {

  private static final long LONGEST_OVERLAP_MILLIS = 300;

  private final RamDevice device = new RamDevice(4096);
  private final Image image = new Image(device);
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final CountDownLatch first = new CountDownLatch(1);
  private final CountDownLatch second = new CountDownLatch(1);

  @AfterEach
  void stop() {
    threads.shutdownNow();
  }

  @Test
  void a_sync_beside_one_that_fails_does_not_succeed() throws Exception {
    device.onEach(this::failTheFirst);
    Future<?> failing = threads.submit(this::sync);
    first.await();

    Future<?> beside = threads.submit(this::sync);

    assertFails(beside);
    assertFails(failing);
  }

  private boolean sync() throws IOException {
    image.sync();
    return true;
  }

  private static void assertFails(Future<?> sync) {
    assertThatThrownBy(() -> sync.get(10, SECONDS))
        .isInstanceOf(ExecutionException.class)
        .hasCauseInstanceOf(ErrnoException.class);
  }

  /** Fails the first sync, though not before a second has ended if one may run at its side. */
  private void failTheFirst(Operation operation, long position, long length) throws IOException {
    if (operation != Operation.SYNC) {
      return;
    }
    if (first.getCount() == 0) {
      second.countDown();
      return;
    }
    first.countDown();
    try {
      second.await(LONGEST_OVERLAP_MILLIS, MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    throw new ErrnoException(Errno.EIO, "sync of a RAM disk told to fail");
  }
}
