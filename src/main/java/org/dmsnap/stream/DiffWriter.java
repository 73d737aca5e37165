package org.dmsnap.stream;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.WritableByteChannel;
import java.util.zip.CRC32C;

/**
 * Writes a stream. Whoever calls keeps the order: ranges ascend and do not overlap. Zeroes are cut
 * into records that all readers take. One thread.
 */
public final class DiffWriter {

  /** The longest record, in bytes of the volume. */
  public static final int LONGEST_RECORD = 4 << 20;

  private static final int RECORD_BYTES = 1 + 2 * Long.BYTES;

  private final WritableByteChannel out;
  private final CRC32C digest = new CRC32C();
  private final ByteBuffer record =
      ByteBuffer.allocateDirect(64 << 10).order(ByteOrder.LITTLE_ENDIAN);

  /** Writes to {@code out}. */
  public DiffWriter(WritableByteChannel out) {
    this.out = out;
  }

  /** The head of the stream. */
  public void header(DiffHeader header) throws IOException {
    record.put(DiffFormat.BANNER);
    if (header.increment()) {
      name(DiffFormat.FROM, header.from());
    }
    if (!header.to().isEmpty()) {
      name(DiffFormat.TO, header.to());
    }
    record.put(DiffFormat.SIZE).putLong(header.bytes());
  }

  private void name(byte tag, String name) {
    byte[] bytes = name.getBytes(UTF_8);
    record.put(tag).putInt(bytes.length).put(bytes);
  }

  /** Data from {@code position} on: what remains of {@code bytes}, a record at most. */
  public void data(long position, ByteBuffer bytes) throws IOException {
    extent(DiffFormat.DATA, position, bytes.remaining());
    flush();
    digest.update(bytes.duplicate());
    writeAll(bytes);
  }

  /** Zeroes, as many as there are. */
  public void zeroes(long position, long length) throws IOException {
    long at = position;
    for (long left = length; left > 0; ) {
      long count = Math.min(left, LONGEST_RECORD);
      extent(DiffFormat.ZEROES, at, count);
      at += count;
      left -= count;
    }
  }

  private void extent(byte tag, long position, long length) throws IOException {
    if (record.remaining() < RECORD_BYTES) {
      flush();
    }
    record.put(tag).putLong(position).putLong(length);
  }

  /** The end, and what dmsnap alone reads behind it. */
  public void end(String to, String from) throws IOException {
    if (record.remaining() < 1 + Trailer.LONGEST) {
      flush();
    }
    record.put(DiffFormat.END);
    digest.update(record.duplicate().flip());
    record.put(new Trailer(to, from, Trailer.digest(digest.getValue())).bytes());
    record.flip();
    writeAll(record);
  }

  private void flush() throws IOException {
    record.flip();
    digest.update(record.duplicate());
    writeAll(record);
    record.clear();
  }

  private void writeAll(ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      out.write(bytes);
    }
  }
}
