package org.dmsnap.store;

import java.io.IOException;
import jnr.constants.platform.Errno;
import org.dmsnap.block.BlockDevice;
import org.dmsnap.block.ErrnoException;

/**
 * {@code P} and {@code PO}: exceptions on the COW device, in the kernel's format.
 *
 * @param overflow whether it is {@code PO}
 */
record PersistentStoreType(boolean overflow) implements ExceptionStoreType {

  /** {@code DM_PREFETCH} of old: the kernel's chunk size where the table says 0, in sectors. */
  private static final int DEFAULT_CHUNK_SECTORS = 32;

  @Override
  public String code() {
    return overflow ? "PO" : "P";
  }

  @Override
  public boolean persistent() {
    return true;
  }

  @Override
  public ExceptionStore open(
      CowFile file, int chunkSectors, long originBytes, ExceptionStore.Loader loader)
      throws IOException {
    BlockDevice cow = file.device();
    ChunkSize asked =
        chunkSize(
            chunkSectors == 0 ? DEFAULT_CHUNK_SECTORS : chunkSectors,
            "Couldn't create exception store");
    if (cow.size() < asked.bytes()) {
      throw new ErrnoException(
          Errno.EIO,
          "the COW device of "
              + cow.size()
              + " bytes is shorter than one chunk of "
              + asked.bytes()
              + " bytes, the chunk size that its table line has");
    }
    if (DiskHeader.of(cow).isBlank()) {
      return fresh(file, asked);
    }
    if (file.legacy().records() < 0) {
      cow.settle(); // what is loaded counts as durable
    }
    DiskHeader header = DiskHeader.of(cow);
    ChunkSize found = header.chunkSize();
    PersistentStore store = new PersistentStore(file, found, code(), header.isValid());
    if (header.isValid()) {
      new PersistentLoad(file, new AreaLayout(found), originBytes).into(store, loader);
    }
    return store;
  }

  private ExceptionStore fresh(CowFile file, ChunkSize chunkSize) throws IOException {
    BlockDevice cow = file.device();
    if (cow.size() < 2L * chunkSize.bytes()) {
      throw tooSmall(cow, chunkSize);
    }
    // the area first: a header in front of stale records would bring them to life
    cow.zero(0, 2L * chunkSize.bytes());
    cow.sync();
    DiskHeader.of(true, chunkSize).writeTo(cow);
    file.legacy().records(0);
    return new PersistentStore(file, chunkSize, code(), true);
  }

  private static ErrnoException tooSmall(BlockDevice cow, ChunkSize chunkSize) {
    return new ErrnoException(
        Errno.EIO,
        "the COW device of "
            + cow.size()
            + " bytes is smaller than its header and first metadata area, 2 chunks of "
            + chunkSize.bytes()
            + " bytes");
  }

  static ChunkSize chunkSize(int sectors, String what) throws ErrnoException {
    try {
      return new ChunkSize(sectors);
    } catch (IllegalArgumentException e) {
      throw new ErrnoException(Errno.EINVAL, what + ": " + e.getMessage(), e);
    }
  }
}
