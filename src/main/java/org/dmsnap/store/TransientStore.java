package org.dmsnap.store;

import java.io.IOException;
import java.util.List;
import jnr.constants.platform.Errno;
import org.dmsnap.block.BlockDevice;
import org.dmsnap.block.ErrnoException;
import org.dmsnap.block.Sectors;
import org.dmsnap.succession.Legacy;
import org.dmsnap.succession.Legacy.Trait;
import org.jspecify.annotations.Nullable;

/**
 * The kernel's transient store: allocates linearly from chunk 0 and remembers nothing, but for who
 * succeeds this process.
 */
final class TransientStore implements ExceptionStore {

  private final BlockDevice cow;
  private final ChunkSize chunkSize;
  private final Legacy legacy;
  private final LeftChunks left;
  private final StoreFailure failure;
  private long nextFree; // guarded by this
  private volatile boolean valid;

  TransientStore(CowFile file, ChunkSize chunkSize, LeftChunks left) throws IOException {
    this.cow = file.device();
    this.legacy = file.legacy();
    this.chunkSize = chunkSize;
    this.left = left;
    this.failure = new StoreFailure(legacy);
    this.nextFree = left.used();
    this.valid = !legacy.is(Trait.INVALID);
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
    if (left.holes().chunks() > 0) {
      return left.holes().take(wanted);
    }
    long count = Math.min(wanted, room() - nextFree);
    if (count <= 0) {
      return null;
    }
    ChunkRun run = new ChunkRun(nextFree, count);
    nextFree += count;
    return run;
  }

  @Override
  public synchronized boolean hasRoom(long wanted) {
    return nextFree + wanted - left.holes().chunks() <= room();
  }

  private long room() {
    return Math.min(left.room(), chunkSize.chunkOf(cow.size()));
  }

  @Override
  public synchronized long allocatedSectorsWith(long wanted) {
    long beyond = Math.max(0, wanted - left.holes().chunks());
    return (nextFree + beyond) * chunkSize.sectors();
  }

  @Override
  public void commit(long oldFirst, ChunkRun run) {
    left.committed(oldFirst, run); // memory is all there is, and the snapshot's table has it, too
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
  public boolean left() {
    return true;
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
    legacy.is(Trait.INVALID, true);
  }
}
