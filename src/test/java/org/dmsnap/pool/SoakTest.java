package org.dmsnap.pool;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import jnr.constants.platform.Errno;
import org.dmsnap.block.ErrnoException;
import org.dmsnap.block.FileDirectory;
import org.dmsnap.engine.StallListener;
import org.dmsnap.pool.change.SnapshotRequest;
import org.dmsnap.pool.state.EventLog;
import org.dmsnap.pool.state.PoolOptions;
import org.dmsnap.pool.volume.Device;

/** The soak of a pool. */
class SoakTest extends SoakContract {

  @Override
  protected SoakPool pool() throws IOException {
    return new OpenPool();
  }

  @Override
  protected int steps() {
    return 150;
  }

  /** A pool in a directory, in memory if possible: where a sync takes no time, more happens. */
  private static final class OpenPool implements SoakPool {

    private static final Path MEMORY = Path.of("/dev/shm");

    private final EventLog log = new EventLog();
    private final Path directory;
    private volatile Pool pool;

    OpenPool() throws IOException {
      directory =
          Files.isWritable(MEMORY)
              ? Files.createTempDirectory(MEMORY, "dmsnap-soak")
              : Files.createTempDirectory("dmsnap-soak");
    }

    @Override
    public void open(PoolOptions options) throws IOException {
      pool = Pool.open(FileDirectory.lock(directory, false), options, log, StallListener.NONE);
    }

    @Override
    public void close() throws IOException {
      pool.close();
    }

    @Override
    public void delete() throws IOException {
      pool.close();
      try (var files = Files.list(directory)) {
        for (Path file : files.toList()) {
          Files.delete(file);
        }
      }
      Files.delete(directory);
    }

    @Override
    public void create(String name, long bytes) throws IOException {
      pool.create(name, bytes);
    }

    @Override
    public void snapshot(SnapshotRequest request) throws IOException {
      pool.snapshot(request);
    }

    @Override
    public void remove(String name) throws IOException {
      pool.remove(name);
    }

    @Override
    public void reset(String name) throws IOException {
      pool.reset(name);
    }

    @Override
    public void merge(String name, boolean force) throws IOException {
      pool.merge(name, force);
      while (pool.device(name) != null) { // what is handed down comes first
        LockSupport.parkNanos(TimeUnit.MICROSECONDS.toNanos(100));
      }
    }

    @Override
    public void extend(String name, long bytes) throws IOException {
      pool.extend(name, bytes, true);
    }

    @Override
    public void suspend(String name) throws IOException {
      pool.suspend(name);
    }

    @Override
    public void resume(String name) throws IOException {
      pool.resume(name);
    }

    @Override
    public void commit() throws IOException {
      pool.commit();
    }

    @Override
    public long[] read(String name, int first, int count) throws IOException {
      return Stamps.read(device(name), first, count);
    }

    @Override
    public boolean readsWhileWritersWait() {
      return true;
    }

    @Override
    public void write(String name, int first, long... stamps) throws IOException {
      Stamps.write(device(name), first, stamps);
    }

    /** Discards, or, where that is refused and every other time, zeroes. */
    @Override
    public void clear(String name, int first, int count) throws IOException {
      long position = (long) first * SoakVolume.SECTOR;
      long length = (long) count * SoakVolume.SECTOR;
      if (first % 2 == 0) {
        try {
          device(name).discard(position, length);
          return;
        } catch (ErrnoException refused) {
          if (refused.errno() != Errno.EOPNOTSUPP) {
            throw refused;
          }
        }
      }
      device(name).zero(position, length);
    }

    @Override
    public void flush(String name) throws IOException {
      device(name).flush();
    }

    @Override
    public String log() {
      return log.events().toString();
    }

    private Device device(String name) {
      return Objects.requireNonNull(pool.device(name), () -> "no " + name + "; log: " + log());
    }
  }
}
