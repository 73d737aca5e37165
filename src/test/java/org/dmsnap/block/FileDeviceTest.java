package org.dmsnap.block;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import jnr.constants.platform.Errno;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A file is a device. */
class FileDeviceTest extends BlockDeviceContract {

  @TempDir Path temporary;
  private FileDirectory directory;

  @Override
  BlockDevice open(long size) throws IOException {
    directory = FileDirectory.open(temporary);
    return directory.create("device", size);
  }

  @AfterEach
  void closeDirectory() throws IOException {
    directory.close();
  }

  @Test
  void a_file_truncated_by_another_fails_instead_of_reading_short() throws IOException {
    try (RandomAccessFile file = new RandomAccessFile(temporary.resolve("device").toFile(), "rw")) {
      file.setLength(1000);
    }

    assertThatThrownBy(() -> read(0, SIZE))
        .hasMessageContaining("device at byte 1000")
        .hasMessageContaining("was truncated");
    assertFails(Errno.EIO, () -> read(0, SIZE));
    write(0, pattern(2000, 1));
    assertFails(Errno.EIO, device::sync); // or what was cut off would read as zeroes
  }

  @Test
  void a_sync_beside_a_change_of_size_does_not_take_it_for_a_truncation() throws Exception {
    Path memory = Path.of("/dev/shm"); // where a sync takes no time, more of them meet
    assumeTrue(Files.isWritable(memory), "no file system in memory here");
    try (FileDirectory shm = FileDirectory.open(memory);
        BlockDevice changing = shm.createUnnamed(SIZE)) {
      CompletableFuture<Void> resizing =
          CompletableFuture.runAsync(
              () -> {
                for (int n = 0; n < 400_000; n++) {
                  resize(changing, n % 2 == 0 ? 2 * SIZE : SIZE);
                }
              });

      while (!resizing.isDone()) {
        changing.sync();
      }
      resizing.get();
    }
  }

  private static void resize(BlockDevice device, long size) {
    try {
      device.resize(size);
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  @Test
  void a_failure_names_the_call_and_the_file() throws IOException {
    try (BlockDevice readOnly = openReadOnly()) {
      assertThatThrownBy(() -> readOnly.write(7, NativeBuffer.allocate(1), 1))
          .hasMessageContaining("pwrite ")
          .hasMessageContaining("read-only at byte 7");
    }
  }

  @Test
  void a_file_that_was_renamed_goes_by_its_new_name() throws IOException {
    try (BlockDevice device = directory.create("new", 512)) {
      directory.rename("new", "renamed");

      assertThat(device).asString().endsWith("/renamed");
      directory.delete("renamed");
      assertThat(device).asString().endsWith("/new");
    }
  }

  @Test
  void a_discard_gives_space_back() throws IOException {
    write(0, pattern(SIZE, 1));
    device.sync();
    assumeTrue(blocks() > 0, "this file system does not tell what space a file takes");

    device.discard(0, SIZE);

    assertThat(blocks()).isZero();
  }

  @Test
  void zeroing_works_where_the_file_system_has_no_call_for_it() throws IOException {
    Path memory = Path.of("/dev/shm");
    assumeTrue(Files.isWritable(memory), "no file system without FALLOC_FL_ZERO_RANGE here");

    try (FileDirectory shm = FileDirectory.open(memory);
        BlockDevice tmpfs = shm.createUnnamed(3 << 20)) {
      tmpfs.write(0, NativeBuffer.copyOf(pattern(3 << 20, 1)), 3 << 20);
      tmpfs.zero(1, (3 << 20) - 1);

      NativeBuffer buffer = NativeBuffer.allocate(3 << 20);
      tmpfs.read(0, buffer, 3 << 20);
      assertThat(buffer.seek(1).isZero((3 << 20) - 1)).isTrue();
    }
  }

  @Test
  void zeroing_takes_no_memory_for_what_was_never_written() throws IOException {
    Path memory = Path.of("/dev/shm");
    assumeTrue(Files.isWritable(memory), "no file system without FALLOC_FL_ZERO_RANGE here");

    try (FileDirectory shm = FileDirectory.open(memory);
        BlockDevice tmpfs = shm.createUnnamed(1L << 31)) {
      long before = shm.freeBytes();

      tmpfs.zero(0, 1L << 31);

      assertThat(before - shm.freeBytes()).isLessThan(1L << 30);
    }
  }

  private BlockDevice openReadOnly() throws IOException {
    Files.write(temporary.resolve("read-only"), new byte[10]);
    return directory.openFile("read-only", BackingDirectory.Access.READ);
  }

  private long blocks() throws IOException {
    Process du = new ProcessBuilder("du", "-k", temporary.resolve("device").toString()).start();
    String text = new String(du.getInputStream().readAllBytes());
    return Long.parseLong(text.split("\\s")[0]);
  }
}
