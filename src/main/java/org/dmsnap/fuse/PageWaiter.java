package org.dmsnap.fuse;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.dmsnap.block.LastErrno;

/**
 * A thread that waits for pages in the kernel, and has no descriptor but that of {@code /dev/fuse}.
 *
 * <p>Nothing ends that wait but the answer to whoever reads the page, not even kill -9: a server
 * that is killed meanwhile does not go. So that its locks and the end of its pipe go all the same,
 * and its successor comes and answers, the thread does not share them.
 */
final class PageWaiter extends Thread {

  private static final long IDLE_SECONDS = 1;

  private final int device;

  private PageWaiter(int device, Runnable work) {
    super(null, work, "pages");
    this.device = device;
    setDaemon(true);
  }

  /** As many as are needed at a time; who has nothing to do for a second ends. */
  static ExecutorService pool(int device) {
    return new ThreadPoolExecutor(
        0,
        Integer.MAX_VALUE,
        IDLE_SECONDS,
        TimeUnit.SECONDS,
        new SynchronousQueue<>(),
        work -> new PageWaiter(device, work));
  }

  @Override
  public void run() {
    LastErrno.get(); // so that it is loaded
    MountCalls.keepOnly(device);
    super.run();
  }
}
