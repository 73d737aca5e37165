package org.dmsnap.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.dmsnap.e2e.Shell.Result;

/**
 * A pool in a directory of its own, mounted by the launcher as a user would, and the shell of that
 * user: {@code $vg} is the pool, {@code $mnt} the mountpoint, {@code $a} and {@code $b} directories
 * to mount volumes over, {@code $dmsnap} the launcher.
 *
 * <p>Closing it takes away whatever a test left behind: processes, mounts, loop devices, files.
 */
final class MountedPool implements AutoCloseable {

  private static final Path LAUNCHER =
      Path.of(System.getProperty("dmsnap.launcher", "mount-helper/dmsnap")).toAbsolutePath();
  private static final Duration DEADLINE = Duration.ofSeconds(40);
  private static final long FIRST_POLL_MILLIS = 20;
  private static final long LAST_POLL_MILLIS = 200;

  private final Path directory;
  private final Shell shell;

  private MountedPool(Path directory) throws IOException {
    this.directory = directory;
    for (String name : new String[] {"vg", "mnt", "a", "b"}) {
      Files.createDirectory(directory.resolve(name));
    }
    shell =
        new Shell(
            directory,
            Map.of(
                "work", directory.toString(),
                "vg", directory + "/vg",
                "mnt", directory + "/mnt",
                "a", directory + "/a",
                "b", directory + "/b",
                "dmsnap", LAUNCHER.toString()));
  }

  /** An empty pool that is not mounted yet; skips the test, in words, where that is impossible. */
  static MountedPool empty() {
    assumeTrue("root".equals(System.getProperty("user.name")), "needs root, for loop devices");
    assumeTrue(Files.isReadable(Path.of("/dev/fuse")), "needs /dev/fuse");
    assumeTrue(Files.exists(Path.of("/dev/loop-control")), "needs loop devices");
    assumeTrue(
        Files.exists(LAUNCHER.resolveSibling("../target/dmsnap/lib/dmsnap.jar")),
        "needs the built program: mvn -DskipTests package");
    try {
      Path directory = Files.createTempDirectory("dmsnap-e2e").toRealPath();
      MountedPool pool = new MountedPool(directory);
      pool.sh("chmod 755 . vg mnt");
      return pool;
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  /** An empty pool, mounted. */
  static MountedPool mounted() {
    MountedPool pool = empty();
    try {
      pool.mount();
    } catch (Throwable failure) {
      pool.close();
      throw failure;
    }
    return pool;
  }

  /** Mounts it; {@code options} as behind {@code -o}, or none. */
  MountedPool mount(String... options) {
    Result result = tryToMount(options);
    assertThat(result.succeeded()).as("mount: %s", result).isTrue();
    return this;
  }

  /** Mounts it, or not. */
  Result tryToMount(String... options) {
    String words = options.length == 0 ? "" : "-o " + String.join(",", options);
    return run("$dmsnap mount " + words + " $vg $mnt");
  }

  /** Unmounts it, cleanly and completely. */
  void umount() {
    sh("$dmsnap umount $mnt");
  }

  /** Unmounts and mounts it again. */
  void remount(String... options) {
    umount();
    mount(options);
  }

  /** What {@code script} prints; it has to succeed. */
  String sh(String script) {
    Result result = run("set -e; " + script);
    assertThat(result.succeeded()).as("%s: %s", script, result).isTrue();
    return result.output();
  }

  /** Runs {@code script} and says how it ended. */
  Result run(String script) {
    return shell.run(script);
  }

  /** Starts {@code script} in the background; its output goes to {@code name.out}. */
  Process start(String name, String script) {
    try {
      Path output = directory.resolve(name + ".out");
      return shell.start(script, output, directory.resolve(name + ".err"));
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  /** Kills {@code process} and what it started, and waits for their end. */
  static void end(Process process) {
    List<ProcessHandle> all = process.descendants().toList();
    process.destroyForcibly();
    all.forEach(ProcessHandle::destroyForcibly);
    await("the end of " + process, () -> !process.isAlive());
    await("the end of its children", () -> all.stream().noneMatch(ProcessHandle::isAlive));
  }

  /** Writes a control line, which has to succeed. */
  void control(String file, String line) {
    sh("echo '" + line + "' >$mnt/ctl/" + file);
  }

  /**
   * Writes a control line that has to fail: what write(2) says of it, a colon, and what the same
   * open file then reads, in one line.
   */
  String refusal(String file, String line) {
    Result result =
        run("exec 3<>$mnt/ctl/" + file + "; echo '" + line + "' >&3 && exit 9; cat <&3; exit 1");
    assertThat(result.status()).as("%s %s was refused: %s", file, line, result).isEqualTo(1);
    String errors = result.errors();
    return errors.substring(errors.lastIndexOf(": ") + 2) + ": " + result.output();
  }

  /** Where it is mounted. */
  Path mountpoint() {
    return directory.resolve("mnt");
  }

  /** Whether something is mounted there, alive or dead. */
  boolean isMounted() {
    try {
      return Files.readString(Path.of("/proc/self/mountinfo")).contains(" " + mountpoint() + " ");
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  /** The process that serves the mount. */
  ProcessHandle server() {
    return findServer().orElseThrow(() -> new AssertionError("nobody serves " + directory));
  }

  /** The process that serves the mount, or is about to, if there is one. */
  Optional<ProcessHandle> findServer() {
    return ProcessHandle.allProcesses().filter(this::serves).findFirst();
  }

  private boolean serves(ProcessHandle process) {
    return process.info().command().filter(command -> command.endsWith("/java")).isPresent()
        && process
            .info()
            .commandLine()
            .filter(line -> line.contains(directory + "/mnt"))
            .isPresent();
  }

  /** The process that would start another server, if there is one. */
  Optional<ProcessHandle> findKeeper() {
    return ProcessHandle.allProcesses().filter(this::keeps).findFirst();
  }

  private boolean keeps(ProcessHandle process) {
    List<String> words = process.info().arguments().map(List::of).orElse(List.of());
    return words.contains("dmsnap-keeper") && words.contains(mountpoint().toString());
  }

  /** Servers and keepers of other mounts in the directory among them. */
  private boolean isOurs(ProcessHandle process) {
    return process.info().commandLine().filter(line -> line.contains(directory + "/")).isPresent();
  }

  /** Waits until {@code condition} holds. */
  static void await(String what, BooleanSupplier condition) {
    await(what, condition, FIRST_POLL_MILLIS);
  }

  /** Waits until {@code script} succeeds, and does not keep the processor busy with asking. */
  void awaitSh(String script) {
    await(script, () -> run(script).succeeded(), LAST_POLL_MILLIS);
  }

  private static void await(String what, BooleanSupplier condition, long longestPause) {
    long end = System.nanoTime() + DEADLINE.toNanos();
    long pause = FIRST_POLL_MILLIS;
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as("in time: %s", what).isLessThan(end);
      try {
        Thread.sleep(pause);
        pause = Math.min(pause + pause / 2, longestPause);
      } catch (InterruptedException interrupted) {
        Thread.currentThread().interrupt();
        throw new AssertionError(interrupted);
      }
    }
  }

  @Override
  public void close() {
    shell.run(
        """
        for loop in $(losetup -nl -O NAME,BACK-FILE | awk -v d="$work/" 'index($0, d) {print $1}')
        do
          umount -l "$loop"
          losetup -d "$loop"
        done
        """);
    await(
        "end of the server",
        () -> {
          ProcessHandle.allProcesses().filter(this::isOurs).forEach(ProcessHandle::destroyForcibly);
          return ProcessHandle.allProcesses().noneMatch(this::isOurs);
        });
    shell.run("umount -l $a; umount -l $b; while umount -l $mnt; do :; done; umount -l $vg");
    shell.deleteDirectory();
  }
}
