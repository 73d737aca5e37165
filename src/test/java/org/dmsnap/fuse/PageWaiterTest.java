package org.dmsnap.fuse;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutorService;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A thread that nothing may end holds nothing that others wait for. */
class PageWaiterTest {

  private static final Path DESCRIPTORS = Path.of("/proc/thread-self/fd");

  @Test
  void has_what_it_needs_and_leaves_the_others_theirs(@TempDir Path directory) throws Exception {
    Path file = Files.createFile(directory.resolve("kept"));
    try (RandomAccessFile other = new RandomAccessFile(file.toFile(), "rw")) {
      int kept = MountCalls.memoryFile("kept");
      Files.list(DESCRIPTORS).close(); // its classes are loaded
      ExecutorService waiters = PageWaiter.pool(kept);

      Path classes = Path.of(System.getProperty("java.home")).toRealPath().resolve("lib/modules");
      assertEquals(
          Set.of("/memfd:kept (deleted)", classes.toString()), // without which Java crashes
          waiters.submit(PageWaiterTest::open).get());
      assertTrue(open().contains(file.toString()), "the process has its own");
      other.write(1); // still open
      waiters.shutdown();
    }
  }

  /** What is open, but for the directory that says so. */
  private static Set<String> open() throws IOException {
    Set<String> targets = new TreeSet<>();
    try (Stream<Path> links = Files.list(DESCRIPTORS)) {
      for (Path link : (Iterable<Path>) links::iterator) {
        String target = Files.readSymbolicLink(link).toString();
        if (!target.startsWith("/proc/")) {
          targets.add(target);
        }
      }
    }
    return targets;
  }
}
