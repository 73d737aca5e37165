package org.dmsnap.block;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.dmsnap.block.BlockDeviceContract.assertFails;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
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

  @Test
  void a_lock_that_travels_keeps_a_pool_closed_where_the_directorys_does_not() throws IOException {
    FileDirectory.lock(path, false).close();

    try (FileDevice held = lockFile(OfdLock.Kind.WRITE)) {
      assertThatThrownBy(() -> lockAtOnce(false))
          .hasMessageContaining("in use by process " + ProcessHandle.current().pid() + " (java)");
      assertFails(Errno.EBUSY, () -> lockAtOnce(true));
      assertThat(held.size()).isZero();
    }
    try (FileDevice shared = lockFile(OfdLock.Kind.READ)) {
      assertFails(Errno.EBUSY, () -> lockAtOnce(false));
      lockAtOnce(true).close();
      assertThat(shared.size()).isZero();
    }
    lockAtOnce(false).close();
  }

  @Test
  void a_held_pool_has_a_lock_that_other_machines_see() throws IOException {
    try (FileDirectory alone = FileDirectory.lock(path, false)) {
      alone.checkLock();
      assertThat(lockFileIsHeld(OfdLock.Kind.READ)).isTrue();
    }
    try (FileDirectory shared = FileDirectory.lock(path, true)) {
      assertThat(lockFileIsHeld(OfdLock.Kind.READ)).isFalse();
      assertThat(lockFileIsHeld(OfdLock.Kind.WRITE)).isTrue();
      shared.checkLock();
    }
    assertThat(lockFileIsHeld(OfdLock.Kind.WRITE)).isFalse();
  }

  @Test
  void a_lock_whose_file_is_anothers_is_lost() throws IOException {
    try (FileDirectory first = FileDirectory.lock(path, false)) {
      Files.delete(path.resolve(".lock"));
      Files.createFile(path.resolve(".lock"));

      assertThatThrownBy(first::checkLock).hasMessageContaining("the lock on the pool is lost");
    }
  }

  @Test
  void a_lock_whose_file_somebody_has_deleted_is_made_anew() throws IOException {
    try (FileDirectory alone = FileDirectory.lock(path, false)) {
      Files.delete(path.resolve(".lock"));
      alone.checkLock();

      assertThat(lockFileIsHeld(OfdLock.Kind.READ)).isTrue();
      alone.checkLock();
    }
    lockAtOnce(false).close();
  }

  @Test
  void a_shared_lock_makes_no_file_and_a_refused_one_leaves_none() throws IOException {
    FileDirectory.lock(path, true).close();
    assertThat(path.resolve(".lock")).doesNotExist();

    FileDirectory.lock(path, false).giveUp();
    assertThat(path.resolve(".lock")).doesNotExist();

    FileDirectory.lock(path, false).close();
    assertThat(path.resolve(".lock")).isEmptyFile();
    FileDirectory.lock(path, false).giveUp();
    assertThat(path.resolve(".lock")).exists();
  }

  @Test
  void what_is_no_lock_file_of_ours_is_refused() throws Exception {
    Path lock = path.resolve(".lock");
    Path target = Files.createFile(path.resolve("target"));
    Files.createSymbolicLink(lock, target);
    assertFails(Errno.ELOOP, () -> lockAtOnce(false));
    assertFails(Errno.ELOOP, () -> lockAtOnce(true));

    Files.delete(lock);
    assertThat(runs("mkfifo", lock.toString())).isTrue();
    assertFails(Errno.EINVAL, () -> lockAtOnce(false));
    assertFails(Errno.EINVAL, () -> lockAtOnce(true));
  }

  @Test
  void a_lock_file_of_somebody_else_is_refused() throws IOException {
    assumeTrue("root".equals(System.getProperty("user.name")), "needs root, to give a file away");
    Path lock = Files.createFile(path.resolve(".lock"));
    Files.setAttribute(lock, "unix:uid", 65_534);

    assertThatThrownBy(() -> lockAtOnce(false)).hasMessageContaining("belongs to another user");

    Files.setAttribute(path, "unix:uid", 65_534); // the pool's owner may have made it
    lockAtOnce(false).close();
  }

  private FileDevice lockFile(OfdLock.Kind kind) throws IOException {
    FileDevice file = openLockFile();
    assertThat(OfdLock.take(file.fd(), kind, 0, 0, ".lock")).isTrue();
    return file;
  }

  private boolean lockFileIsHeld(OfdLock.Kind kind) throws IOException {
    try (FileDevice file = openLockFile()) {
      return OfdLock.held(file.fd(), kind, 0, 0, ".lock");
    }
  }

  private FileDevice openLockFile() throws IOException {
    int fd = LibC.INSTANCE.openat(-100, path.resolve(".lock").toString(), OpenFlags.WRITE, 0);
    return FileDevice.of(fd, ".lock", new Tether());
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
