package org.dmsnap.cli.freeze;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import jnr.constants.platform.Errno;
import org.dmsnap.block.ErrnoException;

/**
 * File systems that are frozen until this is closed, or this process ends, however it does.
 *
 * <p>Whoever freezes must need nothing of what is frozen: nothing may be written meanwhile, not a
 * line to standard error, which may be a file there.
 */
public final class Freeze implements AutoCloseable {

  private final Deque<FrozenFileSystem> held = new ArrayDeque<>(); // guarded by this

  private Freeze() {
    Runtime.getRuntime().addShutdownHook(new Thread(this::thawAll, "thaw"));
  }

  /**
   * Freezes the file systems at {@code mountpoints} in that order: one that lies in a file of
   * another comes before it.
   *
   * @throws ErrnoException if one of them cannot be; none is frozen then
   */
  public static Freeze of(Collection<String> mountpoints) throws IOException {
    Freeze freeze = new Freeze();
    try {
      List<FrozenFileSystem> all = new ArrayList<>();
      for (String mountpoint : mountpoints) {
        all.add(freeze.opened(mountpoint));
      }
      all.forEach(FrozenFileSystem::sync);
      for (FrozenFileSystem each : all) {
        each.guard();
      }
      for (FrozenFileSystem each : all) {
        each.freeze();
      }
      return freeze;
    } catch (IOException | RuntimeException failure) {
      freeze.thawAll();
      throw failure;
    }
  }

  private FrozenFileSystem opened(String mountpoint) throws IOException {
    FrozenFileSystem fileSystem = FrozenFileSystem.opened(mountpoint);
    synchronized (this) {
      held.push(fileSystem);
    }
    return fileSystem;
  }

  /**
   * Thaws them all, the last first.
   *
   * @throws ErrnoException if one was not frozen any more, or cannot be thawed, in words
   */
  @Override
  public void close() throws IOException {
    List<String> failures = thawAll();
    if (!failures.isEmpty()) {
      throw new ErrnoException(
          Errno.EIO,
          "the snapshot is not one of frozen file systems: " + String.join("; ", failures));
    }
  }

  private synchronized List<String> thawAll() {
    List<String> failures = new ArrayList<>();
    while (!held.isEmpty()) {
      String failure = held.pop().release();
      if (!failure.isEmpty()) {
        failures.add(failure);
      }
    }
    return failures;
  }
}
