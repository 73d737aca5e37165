package org.dmsnap.kernel;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What is mounted where, for one process, as {@code /proc/PID/mountinfo} tells. Looking something
 * up touches no file system but the one that was asked about: any other may hang.
 *
 * @param mounts in the order in which they were mounted
 */
public record MountTable(List<Mount> mounts) {

  private static final Path PROC = Path.of("/proc");

  /**
   * Where a file is, whatever mount it is named through.
   *
   * @param device the number of its file system, empty if unknown
   * @param path in that
   */
  public record Place(String device, Path path) {}

  /** Reads the mounts as this process sees them. */
  public static MountTable read() throws IOException {
    return read(PROC);
  }

  /** As {@link #read()}, on a system whose {@code /proc} is {@code proc}. */
  public static MountTable read(Path proc) throws IOException {
    return ofProcess(proc.resolve("self"));
  }

  /** Reads the mounts as the process sees them whose directory in /proc is {@code process}. */
  public static MountTable ofProcess(Path process) throws IOException {
    List<String> lines = KernelText.lines(process.resolve("mountinfo"));
    return new MountTable(lines.stream().map(Mount::parse).filter(Objects::nonNull).toList());
  }

  /** What is to be seen at {@code path}, absolute and without links; null if no mountpoint. */
  public @Nullable Mount at(Path path) {
    String place = FileName.of(path);
    Mount last = null;
    for (Mount mount : mounts) {
      last = mount.mountpoint().equals(place) ? mount : last;
    }
    return last;
  }

  /** The mount that {@code path}, absolute and without links, lies in. */
  public @Nullable Mount holding(Path path) {
    Mount holding = null;
    for (Path place = path; place != null && holding == null; place = place.getParent()) {
      holding = at(place);
    }
    return holding;
  }

  /** Where {@code path}, absolute and without links, is. No file system is asked. */
  public Place place(Path path) {
    Mount mount = holding(path);
    return mount == null
        ? new Place("", path)
        : new Place(
            mount.device(), FileName.path(mount.root()).resolve(mount.path().relativize(path)));
  }

  /** Every mount of dmsnap. */
  public List<Mount> ofDmsnap() {
    return mounts.stream().filter(Mount::isDmsnap).toList();
  }

  /** Whether {@code path}, absolute and without links, is a mountpoint of dmsnap or in one. */
  boolean isInDmsnap(Path path) {
    Mount holding = holding(path);
    return holding != null && holding.isDmsnap();
  }

  /**
   * The mounts of dmsnap that {@code path}, absolute and without links, lies in or is the pool of;
   * no file system is asked, so a pool is known by this path alone.
   */
  public List<Mount> concerning(Path path) {
    Mount holding = holding(path);
    return ofDmsnap().stream()
        .filter(mount -> mount.equals(holding) || mount.poolText().equals(FileName.of(path)))
        .toList();
  }

  /**
   * The mounts of the pool {@code path}, by whatever path either was named. One that is gone is
   * known by its name alone.
   */
  public List<Mount> ofPool(Path path) {
    Path pool = real(path);
    List<String> names = List.of(FileName.of(pool), FileName.of(path.toAbsolutePath().normalize()));
    Set<String> seen = fileSystemsOn(pool);
    return ofDmsnap().stream()
        .filter(mount -> names.contains(mount.poolText()) || isSame(mount, pool, seen))
        .toList();
  }

  /** The mounts of single volumes out of {@code mount}, made by {@code mount --bind}. */
  public List<Mount> partsOf(Mount mount) {
    return mounts.stream()
        .filter(other -> other.device().equals(mount.device()) && !other.root().equals("/"))
        .toList();
  }

  /**
   * Whether the pool of {@code mount} is the directory {@code pool} by another path; asked only if
   * that leads through no other file systems than {@code seen}.
   */
  private boolean isSame(Mount mount, Path pool, Set<String> seen) {
    Path other = mount.pool();
    try {
      return other.isAbsolute()
          && seen.containsAll(fileSystemsOn(other))
          && Files.isSameFile(other, pool);
    } catch (IOException unseen) {
      return false; // by this user, or gone
    }
  }

  /** The devices of the file systems that the way to {@code path} leads through. */
  private Set<String> fileSystemsOn(Path path) {
    Set<String> devices = new HashSet<>();
    for (Path place = path; place != null; place = place.getParent()) {
      Mount mount = at(place);
      if (mount != null) {
        devices.add(mount.device());
      }
    }
    return devices;
  }

  private static Path real(Path path) {
    try {
      return path.toRealPath();
    } catch (IOException unseen) {
      return path.toAbsolutePath().normalize(); // by this user, or gone
    }
  }
}
