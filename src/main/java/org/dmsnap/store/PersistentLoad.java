package org.dmsnap.store;

import java.io.IOException;
import jnr.constants.platform.Errno;
import org.dmsnap.block.BlockDevice;
import org.dmsnap.block.ErrnoException;

/** Loads an existing COW device, all of whose records obey {@link RecordRules}, or nothing. */
final class PersistentLoad {

  private final RecordScan scan;
  private final RecordRules rules;
  private long nextFree = AreaLayout.FIRST_DATA_CHUNK;

  PersistentLoad(BlockDevice cow, AreaLayout layout, long originBytes) {
    this.scan = new RecordScan(cow, layout);
    this.rules = RecordRules.of(layout, cow.size(), originBytes);
  }

  /** Hands every record to {@code loader} and its position in the areas to {@code store}. */
  void into(PersistentStore store, ExceptionStore.Loader loader) throws IOException {
    long records =
        scan.forEach(
            (record, oldChunk, newChunk) -> {
              if (!rules.allow(oldChunk, newChunk)) {
                throw new ErrnoException(Errno.EINVAL, rules.objection(record, oldChunk, newChunk));
              }
              nextFree = Math.max(nextFree, newChunk + 1);
              loader.accept(oldChunk, newChunk);
            });
    store.loaded(records, scan.layout().skipMetadata(nextFree));
  }
}
