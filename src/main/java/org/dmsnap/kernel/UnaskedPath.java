package org.dmsnap.kernel;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * Follows links as the kernel does, but asks no server of a pool for anything: it may not answer.
 * Within such a mount there are none to follow.
 */
public final class UnaskedPath {

  private static final int MOST_LINKS = 40; // as the kernel follows, see path_resolution(7)

  private final MountTable table;
  private final Deque<Path> ahead = new ArrayDeque<>();
  private Path reached;
  private int links;

  private UnaskedPath(Path path, MountTable table) {
    this.table = table;
    Path absolute = path.toAbsolutePath();
    reached = absolute.getRoot();
    absolute.forEach(ahead::add);
  }

  /** {@code path} absolute and without links, as far as it is there. */
  public static Path of(Path path, MountTable table) {
    UnaskedPath walk = new UnaskedPath(path, table);
    while (!walk.ahead.isEmpty()) {
      walk.step(walk.ahead.pop());
    }
    return walk.reached;
  }

  private void step(Path name) {
    Path next = reached.resolve(name).normalize();
    Path target = table.isInDmsnap(next) ? null : target(next);
    if (target == null || ++links > MOST_LINKS) {
      reached = next;
      return;
    }
    reached = target.isAbsolute() ? target.getRoot() : reached;
    for (int i = target.getNameCount() - 1; i >= 0; i--) {
      ahead.push(target.getName(i));
    }
  }

  private static @Nullable Path target(Path path) {
    try {
      return Files.readSymbolicLink(path);
    } catch (IOException none) {
      return null; // it is no link
    }
  }
}
