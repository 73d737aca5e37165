package org.dmsnap.engine;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import jnr.constants.platform.Errno;
import org.dmsnap.block.ErrnoException;
import org.dmsnap.store.ChunkSize;
import org.dmsnap.store.CowFile;
import org.dmsnap.store.ExceptionStore;
import org.dmsnap.store.ExceptionStoreType;
import org.dmsnap.succession.Legacy;

/**
 * An exception store as it was opened, and what it held.
 *
 * @param store the store
 * @param exceptions what it had on disk
 * @param notes what was odd, a line each
 * @param legacy what the snapshot leaves to a successor
 */
record LoadedStore(
    ExceptionStore store, ExceptionMap exceptions, List<String> notes, Legacy legacy) {

  /** The largest origin: 1 PiB, for which an empty {@link ExceptionTable} takes 32 MiB. */
  private static final long LARGEST_ORIGIN = 1L << 50;

  /** More is not told: a damaged store may have millions of duplicates. */
  private static final int MOST_NOTES = 16;

  /** Opens the store on {@code cow}, or initialises a fresh one; arguments as in a table line. */
  static LoadedStore open(CowFile cow, ExceptionStoreType type, int chunkSectors, long originBytes)
      throws IOException {
    if (originBytes > LARGEST_ORIGIN) {
      throw new ErrnoException(
          Errno.EFBIG,
          "an origin of " + originBytes + " bytes is too large for a snapshot: at most 1 PiB");
    }
    // sized for the smallest chunk: the header, not yet read, has the last word on the size
    ExceptionTable table = new ExceptionTable(new ChunkSize(1).chunksIn(originBytes));
    List<String> notes = new ArrayList<>();
    ExceptionStore store =
        type.open(
            cow,
            chunkSectors,
            originBytes,
            (oldChunk, newChunk) -> {
              if (!table.load(oldChunk, newChunk) && notes.size() < MOST_NOTES) {
                notes.add(duplicate(oldChunk, newChunk));
              }
            });
    table.trim();
    int found = store.chunkSize().sectors();
    if (chunkSectors != 0 && chunkSectors != found) {
      notes.add(
          "chunk size "
              + found
              + " in device metadata overrides table chunk size of "
              + chunkSectors);
    }
    ExceptionMap exceptions = new ExceptionMap(store.chunkSize(), table);
    return new LoadedStore(store, exceptions, List.copyOf(notes), cow.legacy());
  }

  private static String duplicate(long oldChunk, long newChunk) {
    return "origin chunk "
        + oldChunk
        + " has a second exception, at COW chunk "
        + newChunk
        + "; the first counts";
  }
}
