package org.dmsnap.block;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.dmsnap.block.BlockDeviceContract.assertFails;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import jnr.constants.platform.Errno;
import org.dmsnap.block.BackingDirectory.Access;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who may have a pool and its images at once, within a process, between two, and beside QEMU. */
class LockTest {

  @TempDir Path path;
  private FileDirectory directory;

  @BeforeEach
  void createImage() throws IOException {
    directory = FileDirectory.open(path);
    directory.create("image", 1 << 20).close();
  }

  @AfterEach
  void close() throws IOException {
    directory.close();
  }

  @Test
  void an_image_that_is_written_is_nobody_elses() throws IOException {
    try (BlockDevice image = directory.openImage("image", Access.WRITE)) {
      assertThat(image.size()).isEqualTo(1 << 20);

      assertFails(Errno.EBUSY, () -> directory.openImage("image", Access.WRITE));
      assertFails(Errno.EBUSY, () -> directory.openImage("image", Access.READ));
      assertFails(Errno.EBUSY, () -> directory.openFile("image", Access.READ));
    }
  }

  @Test
  void many_may_read_an_image_and_none_write_it_meanwhile() throws IOException {
    try (BlockDevice first = directory.openImage("image", Access.READ);
        BlockDevice second = directory.openImage("image", Access.READ)) {
      assertThat(first.size()).isEqualTo(second.size());

      assertFails(Errno.EBUSY, () -> directory.openImage("image", Access.WRITE));
    }
  }

  @Test
  void a_refusal_does_not_weaken_the_lock() throws IOException {
    try (BlockDevice image = directory.openImage("image", Access.WRITE)) {
      assertThat(image.size()).isPositive();

      for (int attempt = 0; attempt < 3; attempt++) {
        assertThatThrownBy(() -> directory.openImage("image", Access.WRITE))
            .hasMessageContaining(path.resolve("image").toString())
            .hasMessageContaining("QEMU or another program holds it");
      }
    }
    directory.openImage("image", Access.WRITE).close();
  }

  @Test
  void a_new_file_is_locked_from_the_start() throws IOException {
    try (BlockDevice created = directory.create("new", 512)) {
      assertThat(created.size()).isEqualTo(512);

      assertFails(Errno.EBUSY, () -> directory.openFile("new", Access.WRITE));
    }
  }

  @Test
  void qemu_does_not_touch_an_image_of_ours() throws Exception {
    assumeTrue(runs("qemu-io", "--version"), "qemu-io is not installed");

    try (BlockDevice image = directory.openImage("image", Access.WRITE)) {
      assertThat(image.size()).isPositive();

      assertThat(qemuIo("write 0 512")).isFalse();
      assertThat(qemuIo("-r", "-U", "read 0 512")).isTrue();
    }
    assertThat(qemuIo("write 0 512")).isTrue();
  }

  @Test
  void an_image_that_qemu_holds_is_refused() throws Exception {
    assumeTrue(runs("qemu-io", "--version"), "qemu-io is not installed");
    String image = path.resolve("image").toString();
    Process qemu = new ProcessBuilder("qemu-io", "-f", "raw", image).start();
    try {
      qemu.outputWriter().append("read 0 512\n").flush();
      assertThat(qemu.inputReader().readLine()).contains("512/512"); // it has opened it by now

      assertFails(Errno.EBUSY, () -> directory.openImage("image", Access.WRITE));
      assertFails(Errno.EBUSY, () -> directory.openImage("image", Access.READ));
    } finally {
      qemu.destroyForcibly().waitFor();
    }
  }

  @Test
  void a_pool_is_locked_by_one_or_shared() throws IOException {
    try (FileDirectory alone = FileDirectory.lock(path, false)) {
      assertThat(alone.name()).isNotEmpty();
      assertFails(Errno.EBUSY, () -> lockAtOnce(false));
      assertFails(Errno.EBUSY, () -> lockAtOnce(true));
    }
    try (FileDirectory one = FileDirectory.lock(path, true);
        FileDirectory other = lockAtOnce(true)) {
      assertThat(one.name()).isEqualTo(other.name());
      assertFails(Errno.EBUSY, () -> lockAtOnce(false));
    }
    lockAtOnce(false).close();
  }

  @Test
  void a_pool_that_is_being_closed_is_waited_for() throws Exception {
    FileDirectory holder = FileDirectory.lock(path, false);
    CompletableFuture<FileDirectory> waiting = CompletableFuture.supplyAsync(this::lock);

    assertThat(waiting.isDone()).isFalse();
    holder.close();

    waiting.join().close();
  }

  @Test
  void another_process_is_named_and_its_locks_go_with_it() throws Exception {
    Process holder = holder();
    try {
      assertThat(holder.inputReader().readLine()).isEqualTo("locked");

      assertThatThrownBy(() -> lockAtOnce(true))
          .hasMessageContaining("in use by process " + holder.pid() + " (java)");
      assertFails(Errno.EBUSY, () -> directory.openImage("image", Access.WRITE));
    } finally {
      holder.destroyForcibly().waitFor();
    }
    lockAtOnce(false).close();
    directory.openImage("image", Access.WRITE).close();
  }

  private FileDirectory lock() {
    try {
      return FileDirectory.lock(path, false);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private FileDirectory lockAtOnce(boolean shared) throws IOException {
    return FileDirectory.lock(path, shared, Duration.ZERO);
  }

  private Process holder() throws IOException {
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    List<String> command =
        List.of(
            java,
            "-cp",
            System.getProperty("java.class.path"),
            LockHolder.class.getName(),
            path.toString());
    return new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
  }

  private boolean qemuIo(String... words) throws Exception {
    String image = path.resolve("image").toString();
    return switch (words.length) {
      case 1 -> runs("qemu-io", "-f", "raw", "-c", words[0], image);
      default -> runs("qemu-io", "-f", "raw", words[0], words[1], "-c", words[2], image);
    };
  }

  private static boolean runs(String... command) throws InterruptedException {
    try {
      return new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start()
              .waitFor()
          == 0;
    } catch (IOException e) {
      return false; // not installed
    }
  }

  /** A second process that holds a pool and its image until it is killed. */
  static final class LockHolder {

    private LockHolder() {}

    /** Locks the pool that is its argument, says so, and waits for its input to end. */
    public static void main(String[] arguments) throws IOException {
      try (FileDirectory pool = FileDirectory.lock(Path.of(arguments[0]), false);
          BlockDevice image = pool.openImage("image", Access.WRITE)) {
        System.out.println(image.size() > 0 ? "locked" : "empty");
        System.in.readAllBytes();
      }
    }
  }
}
