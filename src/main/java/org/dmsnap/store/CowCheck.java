package org.dmsnap.store;

import java.io.IOException;
import java.util.function.Consumer;
import org.dmsnap.block.BlockDevice;
import org.dmsnap.block.BufferPool;
import org.dmsnap.block.NativeBuffer;
import org.dmsnap.block.Sectors;
import org.dmsnap.store.Finding.Severity;

/**
 * Finds what is wrong with a persistent COW device, reading its metadata and nothing else, in
 * memory that does not grow with it.
 */
public final class CowCheck {

  /** The size of an origin of which nothing is known. */
  public static final long UNKNOWN = Long.MAX_VALUE;

  private static final int MOST_TOLD = 1000;

  private final String file;
  private final BlockDevice cow;
  private final Consumer<Finding> findings;
  private long untold;
  private int told;

  private CowCheck(String file, BlockDevice cow, Consumer<Finding> findings) {
    this.file = file;
    this.cow = cow;
    this.findings = findings;
  }

  /**
   * Checks {@code cow}, called {@code file}.
   *
   * @param chunkSectors what the table says of its chunks; 0 if nothing
   * @param originBytes what the origin holds, or {@link #UNKNOWN}
   * @param findings gets what is found, as it is found
   */
  public static void check(
      String file,
      BlockDevice cow,
      int chunkSectors,
      long originBytes,
      Consumer<Finding> findings) {
    CowCheck check = new CowCheck(file, cow, findings);
    try {
      check.device(chunkSectors, originBytes);
    } catch (IOException failure) {
      check.tell(Severity.UNREADABLE, String.valueOf(failure.getMessage()));
    }
    check.tellUntold();
  }

  private void device(int chunkSectors, long originBytes) throws IOException {
    if (cow.size() < Sectors.BYTES) {
      problem("it has " + cow.size() + " bytes, less than a sector: there is no header");
      return;
    }
    DiskHeader header = DiskHeader.of(cow);
    if (header.isBlank()) {
      problem("it has no header, its first 4 bytes are zero: damaged, or never used by a snapshot");
      return;
    }
    ChunkSize chunkSize;
    try {
      chunkSize = header.chunkSize();
    } catch (IOException wrong) {
      problem("header: " + wrong.getMessage());
      return;
    }
    header(header, chunkSize);
    if (chunkSectors != 0 && chunkSectors != chunkSize.sectors()) {
      note(
          "chunk size "
              + chunkSize.sectors()
              + " in device metadata overrides table chunk size of "
              + chunkSectors);
    }
    if (header.isValid()) {
      records(new AreaLayout(chunkSize), originBytes);
    }
  }

  private void header(DiskHeader header, ChunkSize chunkSize) {
    if (!header.isValid()) {
      note("the header says that the snapshot is Invalid; its exceptions are not used any more");
    } else if (header.valid() != 1) {
      note("header: the valid flag (byte 4) is " + header.valid() + "; it counts as 1");
    }
    long unused = cow.size() % chunkSize.bytes();
    if (unused != 0) {
      note(
          "its last "
              + unused
              + " bytes are less than a chunk of "
              + chunkSize.sectors()
              + " sectors and never used");
    }
  }

  private void records(AreaLayout layout, long originBytes) throws IOException {
    RecordScan scan = new RecordScan(cow, layout);
    RecordRules rules = RecordRules.of(layout, cow.size(), originBytes);
    Order order = new Order(layout);
    long records;
    try {
      records =
          scan.forEach(
              (record, oldChunk, newChunk) -> {
                order.accept(record, newChunk);
                if (!rules.allow(oldChunk, newChunk)) {
                  problem(rules.objection(record, oldChunk, newChunk));
                }
              });
    } catch (IOException wrong) {
      if (layout.isWithin(cow.size(), layout.areaChunk(layout.areaOf(order.records)))) {
        throw wrong; // not the end of the device, but a failure of what is beneath
      }
      problem("the list of exceptions does not end: " + wrong.getMessage());
      return;
    }
    repeats(scan, rules, records, order.rising);
    order.tell();
    behind(layout, records);
  }

  private void repeats(RecordScan scan, RecordRules rules, long records, boolean rising)
      throws IOException {
    Repeats repeats = new Repeats(records);
    repeats.find(
        scan,
        rules,
        (oldChunk, newChunk) -> oldChunk,
        (record, oldChunk, newChunk) ->
            problem(
                repeated(rules, record, oldChunk, newChunk) + "origin chunk; the first counts"));
    if (!rising) {
      repeats.find(
          scan,
          rules,
          (oldChunk, newChunk) -> newChunk,
          (record, oldChunk, newChunk) ->
              problem(repeated(rules, record, oldChunk, newChunk) + "COW chunk"));
    }
  }

  private static String repeated(RecordRules rules, long record, long oldChunk, long newChunk) {
    return rules.layout().placeOf(record)
        + " "
        + RecordRules.words(oldChunk, newChunk)
        + " is not the first for this ";
  }

  /** What the end of the list hides is ignored, and cleared before anything is appended. */
  private void behind(AreaLayout layout, long end) throws IOException {
    long position = layout.positionOf(end);
    long areaEnd = layout.chunkSize().positionOf(layout.areaChunk(layout.areaOf(end)) + 1);
    NativeBuffer buffer = BufferPool.borrow();
    try {
      while (position < areaEnd) {
        int length = (int) Math.min(BufferPool.BUFFER_BYTES, areaEnd - position);
        cow.read(position, buffer.seek(0), length);
        if (!buffer.seek(0).isZero(length)) {
          note(
              layout.placeOf(end)
                  + " ends the list, but from there on the area is not zero: a write that was torn,"
                  + " perhaps; it is ignored, and cleared when the list grows");
          return;
        }
        position += length;
      }
    } finally {
      BufferPool.giveBack(buffer);
    }
  }

  private void problem(String text) {
    tell(Severity.PROBLEM, text);
  }

  private void note(String text) {
    tell(Severity.NOTE, text);
  }

  private void tell(Severity severity, String text) {
    if (told < MOST_TOLD || severity == Severity.UNREADABLE) {
      findings.accept(new Finding(severity, file, text));
      told++;
    } else {
      untold++;
    }
  }

  private void tellUntold() {
    if (untold > 0) {
      findings.accept(new Finding(Severity.PROBLEM, file, "and " + untold + " more like these"));
    }
  }

  /** Compares where chunks were allocated with the order in which they are listed. */
  private final class Order {
    private final AreaLayout layout;
    private long records;
    private long highest;
    private boolean rising = true;
    private long astray;
    private String first = "";

    Order(AreaLayout layout) {
      this.layout = layout;
    }

    void accept(long record, long newChunk) {
      records = record + 1;
      rising &= newChunk > highest;
      highest = Math.max(highest, newChunk);
      if (newChunk != layout.chunkAfter(record) && astray++ == 0) {
        first = layout.placeOf(record);
      }
    }

    void tell() {
      if (astray > 0) {
        note(
            astray
                + " of "
                + records
                + " exceptions, from "
                + first
                + " on, are not in the chunks that allocation in order gives them: holes, as"
                + " kernels before snapshot target 1.12.0 left them, or chunks given back");
      }
    }
  }
}
