package org.dmsnap.fuse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import jnr.constants.platform.Errno;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.dmsnap.block.FileDirectory;
import org.dmsnap.engine.OverflowPolicy;
import org.dmsnap.pool.Pool;
import org.dmsnap.pool.state.EventLog;
import org.dmsnap.pool.state.PoolOptions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A pool that is mounted for real, and what tests do to it through the kernel. */
abstract class MountFixture {

  static final int MIB = 1 << 20;

  @TempDir Path directory;
  Path mountpoint;
  SessionLoop loop;
  Pool pool;
  FuseMount mount;

  @BeforeAll
  static void fuse_is_there() {
    assumeTrue(Files.isReadable(Path.of("/dev/fuse")), "needs root and /dev/fuse");
    assumeTrue(MountCalls.INSTANCE.geteuid() == 0, "needs root, to mount without fusermount");
  }

  @BeforeEach
  void mount() throws IOException {
    Files.createDirectories(directory.resolve("vg"));
    mountpoint = Files.createDirectories(directory.resolve("mnt"));
    mount(options());
  }

  void mount(MountOptions options) throws IOException {
    Path vg = directory.resolve("vg");
    loop = new SessionLoop(options.threads());
    PoolOptions poolOptions =
        new PoolOptions(options.readOnly(), false, 70, 20, OverflowPolicy.INVALIDATE);
    pool = Pool.open(FileDirectory.lock(vg, options.readOnly()), poolOptions, new EventLog(), loop);
    mount = FuseMount.mount(pool, loop, mountpoint, options);
  }

  MountOptions options() {
    return MountOptions.defaults(directory.resolve("vg"));
  }

  @AfterEach
  void unmount() throws Exception {
    if (mount != null) {
      pool.commit(); // lets go what a failed test still holds: this very process would never end
      mount.detach();
      stop();
    }
  }

  /** What the program does once the mount is gone. */
  void stop() throws Exception {
    mount.awaitUnmounted();
    pool.commit();
    mount.close();
    pool.close();
    mount = null;
  }

  Path at(String path) {
    return mountpoint.resolve(path);
  }

  /** Writes {@code words} to the control file of {@code command}. */
  void control(String command, String words) throws IOException {
    Files.writeString(at("ctl/" + command), words);
  }

  static RandomAccessFile open(Path path) throws IOException {
    return new RandomAccessFile(path.toFile(), "rw");
  }

  static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  static byte[] read(Path path, long position, int length) throws IOException {
    try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "r")) {
      byte[] bytes = new byte[length];
      file.seek(position);
      file.readFully(bytes);
      return bytes;
    }
  }

  static void write(Path path, long position, byte[] bytes) throws IOException {
    try (RandomAccessFile file = open(path)) {
      file.seek(position);
      file.write(bytes);
    }
  }

  /** Claims that {@code call} fails with the system's words for {@code errno}. */
  static void assertFails(Errno errno, ThrowingCallable call) {
    org.assertj.core.api.Assertions.assertThatThrownBy(call)
        .isInstanceOf(IOException.class)
        .matches(failure -> says(failure, errno), "says " + errno.description());
  }

  private static boolean says(Throwable failure, Errno errno) {
    return switch (errno) {
      case EACCES, EPERM ->
          failure instanceof java.nio.file.AccessDeniedException
              || failure.toString().contains(errno.description());
      case ENOENT -> failure instanceof java.nio.file.NoSuchFileException;
      default -> failure.toString().contains(errno.description());
    };
  }

  static void assertRuns(int exitCode, String... command) throws Exception {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(said).isEqualTo(exitCode);
  }
}
