package org.dmsnap.fuse;

import java.nio.file.Path;
import org.dmsnap.block.FileDirectory;
import org.dmsnap.pool.Pool;
import org.dmsnap.pool.state.EventLog;
import org.dmsnap.pool.state.PoolOptions;

/**
 * Mounts a pool through jnr-fuse's own {@code mount()}, which lets libfuse make the threads: what
 * {@link SessionLoop} is compared with.
 */
final class StockMount {

  private StockMount() {}

  /** Serves the pool named first at the mountpoint named second, until it is unmounted. */
  public static void main(String[] words) throws Exception {
    Path directory = Path.of(words[0]).toAbsolutePath();
    Path mountpoint = Path.of(words[1]).toAbsolutePath();
    SessionLoop unused = new SessionLoop(MountOptions.defaultThreads());
    MountOptions options = MountOptions.defaults(directory);
    try (Pool pool =
        Pool.open(
            FileDirectory.lock(directory, false), PoolOptions.DEFAULT, new EventLog(), unused)) {
      String mountWords = new LibFuseOptions(options, true).arguments(mountpoint).get(3);
      String[] stock = {"-o", mountWords + ",big_writes,max_write=131072,attr_timeout=0"};
      new StockFiles(pool).mount(mountpoint, true, false, stock);
    }
  }
}
