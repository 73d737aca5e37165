package org.dmsnap.bench;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Writes a COW device, chunks of 4 KiB, with many exceptions, in an order that jumps to and fro
 * over all of an origin; the chunks themselves are holes. Runs from its source: {@code java
 * ManyExceptions.java FILE EXCEPTIONS CHUNKS}.
 */
final class ManyExceptions {

  private static final int CHUNK_BYTES = 4096;
  private static final int RECORD_BYTES = 16;
  private static final int RECORDS = CHUNK_BYTES / RECORD_BYTES;
  private static final long STRIDE = 179_424_691; // a prime

  private ManyExceptions() {}

  /** The file is to be new; the chunks of the origin no multiple of the stride. */
  public static void main(String[] words) throws IOException {
    long count = Long.parseLong(words[1]);
    long chunks = Long.parseLong(words[2]);
    try (FileChannel file =
        FileChannel.open(
            Path.of(words[0]), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      write(file, header(), 0);
      for (long first = 0; first < count; first += RECORDS) {
        write(file, area(first, count, chunks), areaChunk(first) * CHUNK_BYTES);
      }
      write(file, ByteBuffer.allocate(1), (areaChunk(count + RECORDS) + 1) * CHUNK_BYTES - 1);
    }
  }

  private static ByteBuffer header() {
    return little(4 * Integer.BYTES).putInt(0x70416e53).putInt(1).putInt(1).putInt(8).flip();
  }

  private static ByteBuffer area(long first, long count, long chunks) {
    ByteBuffer area = little(CHUNK_BYTES);
    for (long i = first; i < Math.min(first + RECORDS, count); i++) {
      area.putLong(i * STRIDE % chunks).putLong(areaChunk(first) + 1 + i - first);
    }
    return area.flip();
  }

  private static long areaChunk(long exception) {
    return 1 + exception / RECORDS * (RECORDS + 1);
  }

  private static ByteBuffer little(int bytes) {
    return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  private static void write(FileChannel file, ByteBuffer bytes, long position) throws IOException {
    while (bytes.hasRemaining()) {
      position += file.write(bytes, position);
    }
  }
}
