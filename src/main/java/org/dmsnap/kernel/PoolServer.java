package org.dmsnap.kernel;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A process that has {@code /dev/fuse} and a directory open which is a pool by its name, or was
 * before its file system was unmounted beneath it: then the kernel names it from that one's root.
 *
 * @param open the link in {@code /proc} that leads to the directory
 * @param name what the kernel calls the directory
 */
public record PoolServer(Path open, String name) {

  private static final String DELETED = " (deleted)";

  /** Those that may serve {@code mount}: one as a rule, none if this user may not see it. */
  public static List<PoolServer> of(Mount mount) {
    return of(Path.of("/proc"), mount);
  }

  /** As above, on a system whose {@code /proc} is {@code proc}. */
  static List<PoolServer> of(Path proc, Mount mount) {
    List<PoolServer> exact = new ArrayList<>();
    List<PoolServer> alike = new ArrayList<>();
    for (Path process : KernelText.children(proc, "[0-9]*")) {
      List<PoolServer> open = open(process);
      boolean serves = open.stream().anyMatch(file -> file.name().equals("/dev/fuse"));
      if (serves && !Proc.isKeeper(process)) {
        open.stream().filter(file -> file.isNamed(mount)).forEach(exact::add);
        open.stream().filter(file -> file.mayBe(mount)).forEach(alike::add);
      }
    }
    return exact.isEmpty() ? alike : exact;
  }

  /**
   * Whether where the pool was there is another directory, or none, by what {@code servers} have
   * open: its file system was unmounted.
   */
  public static boolean hasLost(Mount mount, List<PoolServer> servers) {
    Path pool = mount.pool();
    boolean known = !servers.isEmpty() && servers.stream().noneMatch(PoolServer::isDone);
    return !Files.isDirectory(pool)
        || (known && servers.stream().noneMatch(server -> server.serves(pool)));
  }

  private static List<PoolServer> open(Path process) {
    return KernelText.children(process.resolve("fd"), "*").stream()
        .map(link -> new PoolServer(link, KernelText.target(link)))
        .toList();
  }

  private boolean isNamed(Mount mount) {
    return plain().equals(mount.poolText());
  }

  private boolean mayBe(Mount mount) {
    return plain().startsWith("/")
        && mount.poolText().endsWith(plain().equals("/") ? "" : plain())
        && Files.isDirectory(open);
  }

  private String plain() {
    return name.endsWith(DELETED) ? name.substring(0, name.length() - DELETED.length()) : name;
  }

  /** Whether it has closed the pool, which it does when everything is written; or ended. */
  public boolean isDone() {
    return !KernelText.target(open).equals(name);
  }

  private boolean serves(Path pool) {
    try {
      return Files.isSameFile(open, pool);
    } catch (IOException absent) {
      return false;
    }
  }
}
