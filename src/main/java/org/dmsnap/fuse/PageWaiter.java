package org.dmsnap.fuse;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.dmsnap.block.LastErrno;
import org.dmsnap.kernel.OpenFile;

/**
 * A thread that waits for pages in the kernel, and has no descriptors but those of {@code
 * /dev/fuse} and of Java's own classes.
 *
 * <p>Nothing ends that wait but the answer to whoever reads the page, not even kill -9: a server
 * that is killed meanwhile does not go. So that its locks and the end of its pipe go all the same,
 * and its successor comes and answers, the thread does not share them.
 *
 * <p>Java reads its own classes by a descriptor, also as a thread ends; without it, it crashes.
 * Those of the program it must have loaded before: a jar that this thread opens has a number that
 * means something else to others.
 */
final class PageWaiter extends Thread {

  private static final long IDLE_SECONDS = 1;

  private final List<Integer> descriptors;

  private PageWaiter(List<Integer> descriptors, Runnable work) {
    super(null, work, "pages");
    this.descriptors = descriptors;
    setDaemon(true);
  }

  /** As many as are needed at a time; who has nothing to do for a second ends. */
  static ExecutorService pool(int device) {
    List<Integer> descriptors = new ArrayList<>(OpenFile.numbersOf(classes()));
    descriptors.add(device);
    Collections.sort(descriptors);
    return new ThreadPoolExecutor(
        0,
        Integer.MAX_VALUE,
        IDLE_SECONDS,
        TimeUnit.SECONDS,
        new SynchronousQueue<>(),
        work -> new PageWaiter(descriptors, work));
  }

  /** Where Java has its own. */
  private static Path classes() {
    Path java = Path.of(System.getProperty("java.home"));
    try {
      return java.toRealPath().resolve("lib/modules");
    } catch (IOException unreadable) {
      throw new UncheckedIOException("where Java is", unreadable);
    }
  }

  @Override
  public void run() {
    LastErrno.number(); // so that it is loaded
    MountCalls.keepOnly(descriptors);
    super.run();
  }
}
