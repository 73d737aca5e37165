package org.dmsnap.store;

import java.io.IOException;
import java.util.BitSet;
import jnr.constants.platform.Errno;
import org.dmsnap.block.BlockDevice;
import org.dmsnap.block.ErrnoException;
import org.dmsnap.succession.LeftRun;
import org.dmsnap.succession.Legacy;

/** Loads an existing COW device, all of whose records obey {@link RecordRules}, or nothing. */
final class PersistentLoad {

  private final BlockDevice cow;
  private final Legacy legacy;
  private final RecordScan scan;
  private final RecordRules rules;
  private final BitSet inUse = new BitSet(); // chunks, if somebody succeeds
  private long nextFree = AreaLayout.FIRST_DATA_CHUNK;

  PersistentLoad(CowFile file, AreaLayout layout, long originBytes) {
    this.cow = file.device();
    this.legacy = file.legacy();
    this.scan = new RecordScan(cow, layout);
    this.rules = RecordRules.of(layout, cow.size(), originBytes);
  }

  /** Hands every record to {@code loader} and its position in the areas to {@code store}. */
  void into(PersistentStore store, ExceptionStore.Loader loader) throws IOException {
    long durable = legacy.records() < 0 ? Long.MAX_VALUE : legacy.records();
    long records =
        scan.forEach(
            (record, oldChunk, newChunk) -> {
              if (record >= durable) {
                return; // written, and not yet durable: it was left, too
              }
              check(record, oldChunk, newChunk);
              nextFree = Math.max(nextFree, newChunk + 1);
              note(newChunk, 1);
              loader.accept(oldChunk, newChunk);
            });
    if (records < legacy.records()) {
      cow.sync(); // what was merged had been forgotten, and that not yet durably
    }
    boolean succeeds = legacy.records() >= 0;
    store.loaded(Math.min(records, durable), scan.layout().skipMetadata(nextFree));
    if (succeeds) {
      inherit(store, loader);
      inheritHoles(store);
    }
  }

  /** Remembers, for who succeeds, that chunks are in use. */
  private void note(long chunk, long count) {
    if (legacy.records() >= 0 && chunk + count < Integer.MAX_VALUE) {
      inUse.set((int) chunk, (int) (chunk + count));
    }
  }

  private void check(long record, long oldChunk, long newChunk) throws ErrnoException {
    if (!rules.allow(oldChunk, newChunk)) {
      throw new ErrnoException(Errno.EINVAL, rules.objection(record, oldChunk, newChunk));
    }
  }

  /** What a predecessor had committed, in the order of the COW device. */
  private void inherit(PersistentStore store, ExceptionStore.Loader loader) throws IOException {
    long before = AreaLayout.FIRST_DATA_CHUNK;
    for (LeftRun left : legacy.exceptions()) {
      if (left.first() < nextFree && left.first() >= 0 && isInUse(left.first())) {
        legacy.durable(left.place()); // it died before it could say so
        continue;
      }
      ChunkRun run = checked(left, before);
      store.inherit(left.oldFirst(), run, left.place());
      for (long i = 0; i < run.count(); i++) {
        loader.accept(left.oldFirst() + i, run.first() + i);
      }
      note(run.first(), run.count());
      before = run.end();
      nextFree = Math.max(nextFree, before);
    }
  }

  private boolean isInUse(long chunk) {
    return chunk >= Integer.MAX_VALUE || inUse.get((int) chunk);
  }

  /** Of what lies before the last chunk in use the rest is free, but for metadata. */
  private void inheritHoles(PersistentStore store) {
    long end = Math.min(nextFree, inUse.length());
    int first = (int) AreaLayout.FIRST_DATA_CHUNK;
    for (int chunk = inUse.nextClearBit(first); chunk < end; chunk = inUse.nextClearBit(chunk)) {
      int to = inUse.nextSetBit(chunk);
      while (chunk < to) {
        long data = scan.layout().skipMetadata(chunk);
        long count = Math.min(to - data, scan.layout().dataChunksFrom(data));
        store.allocation.holes().add(data, count);
        chunk = (int) Math.max(data, data + count);
      }
    }
  }

  private ChunkRun checked(LeftRun left, long before) throws ErrnoException {
    boolean possible =
        left.first() >= before
            && left.count() > 0
            && left.count() <= scan.layout().dataChunksFrom(left.first());
    for (long i = 0; possible && i < left.count(); i++) {
      long chunk = left.first() + i;
      possible = rules.allow(left.oldFirst() + i, chunk) && !(chunk < nextFree && isInUse(chunk));
    }
    if (!possible) {
      throw new ErrnoException(
          Errno.EINVAL,
          "the server before left an exception that cannot be: "
              + left.count()
              + " of "
              + RecordRules.words(left.oldFirst(), left.first()));
    }
    return new ChunkRun(left.first(), left.count());
  }
}
