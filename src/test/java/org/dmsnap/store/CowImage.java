package org.dmsnap.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.dmsnap.block.RamDevice;
import org.dmsnap.block.Sectors;

/** A COW device written and read byte by byte, without the code under test. */
final class CowImage {

  /** How many bytes the origins of these tests hold. */
  static final long ORIGIN = 1 << 20;

  private final int chunk;
  private final RamDevice device;

  private CowImage(RamDevice device, int chunkSectors) {
    this.device = device;
    chunk = chunkSectors * Sectors.BYTES;
  }

  /** A device of zeroes, {@code chunks} chunks long. */
  static CowImage zeroes(int chunks, int chunkSectors) {
    return new CowImage(new RamDevice((long) chunks * chunkSectors * Sectors.BYTES), chunkSectors);
  }

  /** A valid store of the kernel's with these records, {@code {old, new}}, in area 0. */
  static CowImage of(int chunks, int chunkSectors, long[]... records) {
    CowImage image = zeroes(chunks, chunkSectors).header(1, 1, chunkSectors);
    for (int slot = 0; slot < records.length; slot++) {
      image.record(1, slot, records[slot][0], records[slot][1]);
    }
    return image;
  }

  static long[] record(long oldChunk, long newChunk) {
    return new long[] {oldChunk, newChunk};
  }

  CowImage header(int valid, int version, int chunkSectors) {
    ByteBuffer header = ByteBuffer.allocate(16).order(ByteOrder.LITTLE_ENDIAN);
    header.putInt(0x70416e53).putInt(valid).putInt(version).putInt(chunkSectors);
    device.put(0, header.array());
    return this;
  }

  CowImage record(long areaChunk, int slot, long oldChunk, long newChunk) {
    ByteBuffer record = ByteBuffer.allocate(16).order(ByteOrder.LITTLE_ENDIAN);
    record.putLong(oldChunk).putLong(newChunk);
    device.put(areaChunk * chunk + slot * 16L, record.array());
    return this;
  }

  CowImage put(long position, String hex) {
    device.put(position, HexFormat.of().parseHex(hex));
    return this;
  }

  RamDevice device() {
    return device;
  }

  String hex(long position, int length) {
    return HexFormat.of().formatHex(device.content(position, length));
  }

  byte[] chunk(long number) {
    return device.content(number * chunk, chunk);
  }

  /** The record in a slot of an area, {@code old->new}. */
  String recordAt(long areaChunk, int slot) {
    ByteBuffer record =
        ByteBuffer.wrap(device.content(areaChunk * chunk + slot * 16L, 16))
            .order(ByteOrder.LITTLE_ENDIAN);
    return record.getLong() + "->" + record.getLong();
  }

  /** Opens it as type {@code P} with the chunk size of a table line. */
  Opened open(int tableChunkSectors) throws IOException {
    return open("P", tableChunkSectors);
  }

  Opened open(String type, int tableChunkSectors) throws IOException {
    List<String> loaded = new ArrayList<>();
    ExceptionStore store =
        ExceptionStoreType.of(type)
            .open(
                CowFile.alone(device),
                tableChunkSectors,
                ORIGIN,
                (oldChunk, newChunk) -> loaded.add(oldChunk + "->" + newChunk));
    return new Opened(store, loaded);
  }

  /** A store and what it loaded, oldest first. */
  record Opened(ExceptionStore store, List<String> loaded) {}
}
