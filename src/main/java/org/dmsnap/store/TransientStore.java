package org.dmsnap.store;

import java.io.IOException;
import java.util.List;
import jnr.constants.platform.Errno;
import org.dmsnap.block.BlockDevice;
import org.dmsnap.block.ErrnoException;
import org.dmsnap.block.Sectors;
import org.jspecify.annotations.Nullable;

/** The kernel's transient store: allocates linearly from chunk 0 and remembers nothing. */
final class TransientStore implements ExceptionStore {

  private final BlockDevice cow;
  private final ChunkSize chunkSize;
  private final StoreFailure failure = new StoreFailure();
  private long nextFree; // guarded by this
  private volatile boolean valid = true;

  TransientStore(BlockDevice cow, ChunkSize chunkSize) {
    this.cow = cow;
    this.chunkSize = chunkSize;
  }

  @Override
  public String code() {
    return "N";
  }

  @Override
  public ChunkSize chunkSize() {
    return chunkSize;
  }

  @Override
  public boolean valid() {
    return valid;
  }

  @Override
  public synchronized @Nullable ChunkRun prepare(long wanted) {
    long count = Math.min(wanted, chunkSize.chunkOf(cow.size()) - nextFree);
    if (count <= 0) {
      return null;
    }
    ChunkRun run = new ChunkRun(nextFree, count);
    nextFree += count;
    return run;
  }

  @Override
  public synchronized boolean hasRoom(long wanted) {
    return nextFree + wanted <= chunkSize.chunkOf(cow.size());
  }

  @Override
  public synchronized long allocatedSectorsWith(long wanted) {
    return (nextFree + wanted) * chunkSize.sectors();
  }

  @Override
  public void commit(long oldFirst, ChunkRun run) {
    // memory is all there is, and the snapshot's table has it
  }

  @Override
  public synchronized void abandon(ChunkRun run) {
    if (nextFree == run.first() + run.count()) {
      nextFree = run.first();
    }
  }

  @Override
  public boolean durable(long newChunk) {
    return true;
  }

  @Override
  public void awaitDurable(long newChunk) {
    // as durable as it will ever be
  }

  @Override
  public void awaitAllDurable() {
    // as durable as they will ever be
  }

  @Override
  public void flush() throws IOException {
    failure.sync(cow);
  }

  @Override
  public synchronized Usage usage() {
    return new Usage(nextFree * chunkSize.sectors(), Sectors.in(cow.size()), 0);
  }

  @Override
  public List<MergeRun> prepareMerge(long most) throws IOException {
    throw noMerge();
  }

  @Override
  public void commitMerge(long chunks) throws IOException {
    throw noMerge();
  }

  private static ErrnoException noMerge() {
    return new ErrnoException(
        Errno.EINVAL, "Snapshot exception store does not support snapshot-merge.");
  }

  @Override
  public void invalidate() {
    valid = false;
  }
}
