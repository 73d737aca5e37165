package org.dmsnap.e2e;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.stream.Collectors;
import jnr.constants.platform.Errno;
import org.dmsnap.block.ErrnoException;
import org.dmsnap.pool.SoakContract;
import org.dmsnap.pool.SoakPool;
import org.dmsnap.pool.change.SnapshotRequest;
import org.dmsnap.pool.state.PoolOptions;

/** The soak of a mount: its files are read and written, its control files written to. */
class MountSoakTest extends SoakContract {

  @Override
  protected SoakPool pool() {
    return new Mount(MountedPool.empty());
  }

  @Override
  protected int steps() {
    return 100;
  }

  private record Mount(MountedPool pool) implements SoakPool {

    private static final int SECTOR = 512;

    @Override
    public void open(PoolOptions options) {
      pool.mount(
          "autoextend_threshold=" + options.autoextendThreshold(),
          "autoextend_percent=" + options.autoextendPercent(),
          "overflow=" + options.overflow().name().toLowerCase(Locale.ROOT));
    }

    @Override
    public void close() {
      pool.umount();
    }

    @Override
    public void delete() {
      pool.close();
    }

    @Override
    public void create(String name, long bytes) throws IOException {
      control("create", name + " " + bytes + "b");
    }

    @Override
    public void snapshot(SnapshotRequest request) throws IOException {
      String features =
          request.features().stream()
              .map(feature -> " " + feature.word())
              .collect(Collectors.joining());
      control(
          "snapshot",
          request.name()
              + (" " + request.origin() + " " + request.cowBytes() + "b")
              + (" " + request.type().code() + " " + request.chunkSectors())
              + (" " + request.features().size() + features));
    }

    @Override
    public void remove(String name) throws IOException {
      control("remove", name);
    }

    @Override
    public void reset(String name) throws IOException {
      control("reset", name);
    }

    /** The system closes files a little after close(2), and the merge may wait for that. */
    @Override
    public void merge(String name, boolean force) throws IOException {
      control("merge", name + (force ? " force" : ""));
      MountedPool.await("the merge to begin", () -> Files.notExists(file(name)));
    }

    @Override
    public void extend(String name, long bytes) throws IOException {
      control("extend", name + " +" + bytes + "b");
    }

    @Override
    public void suspend(String name) throws IOException {
      control("suspend", name);
    }

    @Override
    public void resume(String name) throws IOException {
      control("resume", name);
    }

    @Override
    public void commit() {
      pool.sh("sync -f $mnt/ctl");
    }

    @Override
    public long[] read(String name, int first, int count) throws IOException {
      ByteBuffer bytes = ByteBuffer.allocate(count * SECTOR);
      try (FileChannel file = FileChannel.open(file(name), READ)) {
        while (bytes.hasRemaining()) {
          if (file.read(bytes, (long) first * SECTOR + bytes.position()) <= 0) {
            throw new AssertionError(name + " ends before sector " + (first + count));
          }
        }
      }
      return stamps(name, bytes.flip());
    }

    @Override
    public boolean readsWhileWritersWait() {
      return false;
    }

    private static long[] stamps(String name, ByteBuffer bytes) {
      bytes.order(ByteOrder.LITTLE_ENDIAN);
      long[] stamps = new long[bytes.limit() / SECTOR];
      for (int at = 0; at < bytes.limit(); at += Long.BYTES) {
        long word = bytes.getLong(at);
        if (at % SECTOR == 0) {
          stamps[at / SECTOR] = word;
        } else if (stamps[at / SECTOR] != word) {
          throw new AssertionError("byte " + at + " of what was read of " + name + " is torn");
        }
      }
      return stamps;
    }

    @Override
    public void write(String name, int first, long... stamps) throws IOException {
      ByteBuffer bytes = ByteBuffer.allocate(stamps.length * SECTOR);
      bytes.order(ByteOrder.LITTLE_ENDIAN);
      while (bytes.hasRemaining()) {
        bytes.putLong(stamps[bytes.position() / SECTOR]);
      }
      bytes.flip();
      try (FileChannel file = FileChannel.open(file(name), WRITE)) {
        while (bytes.hasRemaining()) {
          file.write(bytes, (long) first * SECTOR + bytes.position());
        }
      }
    }

    @Override
    public void clear(String name, int first, int count) throws IOException {
      write(name, first, new long[count]);
    }

    @Override
    public void flush(String name) throws IOException {
      try (FileChannel file = FileChannel.open(file(name), WRITE)) {
        file.force(false);
      }
    }

    @Override
    public String log() {
      return pool.sh("cat $mnt/ctl/log");
    }

    private Path file(String name) {
      return pool.mountpoint().resolve(name);
    }

    private void control(String command, String line) throws IOException {
      try (FileChannel file = FileChannel.open(file("ctl/" + command), WRITE)) {
        file.write(ByteBuffer.wrap((line + "\n").getBytes(UTF_8)));
      } catch (IOException refused) {
        throw String.valueOf(refused.getMessage()).contains("Device or resource busy")
            ? new ErrnoException(Errno.EBUSY, command + " " + line, refused)
            : new IOException(command + " " + line + ": " + refused.getMessage(), refused);
      }
    }
  }
}
