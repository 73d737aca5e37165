package org.dmsnap.store;

import java.io.IOException;
import org.dmsnap.block.BlockDevice;
import org.dmsnap.block.Sectors;

/**
 * Shows what a persistent COW device says, whether or not it makes sense, in little memory.
 *
 * @param cow the device
 * @param header its header
 * @param chunkSize the size of its chunks
 */
public record CowReader(BlockDevice cow, DiskHeader header, ChunkSize chunkSize) {

  /** Receives exceptions whose chunks follow each other on both sides, oldest first. */
  @FunctionalInterface
  public interface Visitor {
    /** Takes a run: origin chunk {@code oldFirst + i} is at {@code newFirst + i}. */
    void accept(long oldFirst, long newFirst, long count) throws IOException;
  }

  /** A reader for a device that begins with {@code header}; ENXIO or EINVAL if that is none. */
  public static CowReader of(BlockDevice cow, DiskHeader header) throws IOException {
    return new CowReader(cow, header, header.chunkSize());
  }

  /**
   * What is allocated, as in a status line.
   *
   * @throws IOException if the list of exceptions does not end on the device
   */
  public Usage usage() throws IOException {
    Allocation allocation = new Allocation();
    long records = scan().forEach(allocation);
    AreaLayout layout = new AreaLayout(chunkSize);
    long c = chunkSize.sectors();
    return new Usage(
        layout.skipMetadata(allocation.nextFree) * c,
        Sectors.in(cow.size()),
        (layout.areaOf(records) + 2) * c);
  }

  /**
   * Hands all exceptions to {@code visitor}, then returns how many there are.
   *
   * @throws IOException if the list does not end on the device, after what there is was handed over
   */
  public long forEach(Visitor visitor) throws IOException {
    Runs runs = new Runs(visitor);
    try {
      return scan().forEach(runs);
    } finally {
      runs.end();
    }
  }

  private RecordScan scan() {
    return new RecordScan(cow, new AreaLayout(chunkSize));
  }

  /** Finds the highest chunk in use. */
  private static final class Allocation implements RecordScan.Visitor {
    private long nextFree = AreaLayout.FIRST_DATA_CHUNK;

    @Override
    public void accept(long record, long oldChunk, long newChunk) {
      nextFree = Math.max(nextFree, newChunk + 1);
    }
  }

  /** Joins exceptions that follow each other. */
  private static final class Runs implements RecordScan.Visitor {
    private final Visitor visitor;
    private long oldFirst;
    private long newFirst;
    private long count;

    Runs(Visitor visitor) {
      this.visitor = visitor;
    }

    @Override
    public void accept(long record, long oldChunk, long newChunk) throws IOException {
      if (count > 0 && oldChunk == oldFirst + count && newChunk == newFirst + count) {
        count++;
        return;
      }
      end();
      oldFirst = oldChunk;
      newFirst = newChunk;
      count = 1;
    }

    void end() throws IOException {
      if (count > 0) {
        visitor.accept(oldFirst, newFirst, count);
      }
    }
  }
}
