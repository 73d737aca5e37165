package org.dmsnap.store;

import java.io.IOException;
import jnr.constants.platform.Errno;
import org.dmsnap.block.ErrnoException;

/** {@code N}: exceptions in memory alone. */
record TransientStoreType() implements ExceptionStoreType {

  @Override
  public String code() {
    return "N";
  }

  @Override
  public boolean persistent() {
    return false;
  }

  @Override
  public boolean overflow() {
    return false;
  }

  @Override
  public ExceptionStore open(
      CowFile file, int chunkSectors, long originBytes, ExceptionStore.Loader loader)
      throws IOException {
    if (chunkSectors == 0) {
      throw new ErrnoException(Errno.EINVAL, "Chunk size not set");
    }
    ChunkSize chunkSize = PersistentStoreType.chunkSize(chunkSectors, "Couldn't create");
    long oldChunks = chunkSize.chunksIn(originBytes);
    long newChunks = chunkSize.chunkOf(file.device().size());
    LeftChunks left = LeftChunks.of(file.legacy(), oldChunks, newChunks);
    left.forEach(loader);
    return new TransientStore(file, chunkSize, left);
  }
}
