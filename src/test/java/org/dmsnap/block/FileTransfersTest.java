package org.dmsnap.block;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileTransfersTest {

  private static final int BYTES = 1 << 20;
  private static final Path IN_MEMORY = Path.of("/dev/shm");

  @TempDir Path directory;

  @Test
  void a_thread_is_told_before_it_waits_for_what_is_not_cached() throws Exception {
    try (BlockDevice file = filled(directory)) {
      file.settle(); // and drops the pages

      Reader cold = Reader.over(file);

      assertThat(cold.waits).isPositive();
      assertThat(cold.waiting).isZero();
      assertThat(cold.read).containsOnly(7);
    }
  }

  @Test
  void where_all_is_in_memory_nobody_waits() throws Exception {
    Path there = Files.createTempDirectory(IN_MEMORY, "dmsnap-test");
    try (BlockDevice file = filled(there)) {
      Reader reader = Reader.over(file);

      assertThat(reader.waits).isZero();
      assertThat(reader.read).containsOnly(7);
    } finally {
      Files.delete(there.resolve("file"));
      Files.delete(there);
    }
  }

  @Test
  void the_failure_of_a_read_that_waited_is_told() throws Exception {
    try (BlockDevice file = filled(directory)) {
      file.settle();
      Files.write(directory.resolve("file"), new byte[4096]);

      Reader cut = Reader.over(file);

      assertThat(cut.failure).hasMessageContaining("the file was truncated");
      assertThat(cut.waiting).isZero();
    }
  }

  private static BlockDevice filled(Path directory) throws IOException {
    BlockDevice file = FileDirectory.open(directory).create("file", BYTES);
    byte[] sevens = new byte[BYTES];
    Arrays.fill(sevens, (byte) 7);
    file.write(0, NativeBuffer.copyOf(sevens), BYTES);
    return file;
  }

  /** A thread that reads a whole file, piece by piece. */
  private static final class Reader extends DiskThread {

    private static final int PIECE = 4096;

    private final BlockDevice file;
    private final byte[] read = new byte[BYTES];
    private @Nullable IOException failure;
    private int waits;
    private int waiting;

    private Reader(BlockDevice file) {
      super("reader", 0);
      this.file = file;
    }

    static Reader over(BlockDevice file) throws InterruptedException {
      Reader reader = new Reader(file);
      reader.start();
      reader.join();
      return reader;
    }

    @Override
    public void run() {
      NativeBuffer piece = NativeBuffer.allocate(PIECE);
      try {
        for (int at = 0; at < BYTES; at += PIECE) {
          file.read(at, piece.seek(0), PIECE);
          piece.seek(0).get(read, at, PIECE);
        }
      } catch (IOException e) {
        failure = e;
      }
    }

    @Override
    protected void waiting() {
      waits++;
      waiting++;
    }

    @Override
    protected void waited() {
      waiting--;
    }
  }
}
