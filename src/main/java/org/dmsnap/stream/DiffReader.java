package org.dmsnap.stream;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;
import jnr.constants.platform.Errno;
import org.dmsnap.block.ErrnoException;

/**
 * Reads a stream as it comes, in pieces of any length, and hands on what it says; all that others
 * may have done to it is EINVAL, in words. It keeps no more than a field of it. One thread.
 */
public final class DiffReader {

  /** What the next bytes are. */
  private enum Field {
    BANNER,
    TAG,
    NAME_LENGTH,
    NAME,
    SIZE,
    EXTENT,
    DATA,
    TRAILER
  }

  private final DiffSink sink;
  private final HeaderReader header = new HeaderReader();
  private final CRC32C digest = new CRC32C();
  private final byte[] field = new byte[DiffFormat.LONGEST_NAME];
  private Field next = Field.BANNER;
  private byte tag;
  private int wanted = DiffFormat.BANNER.length;
  private int had;
  private long position; // of a record: where its next byte goes
  private long left; // of a record: how many bytes are to come
  private long behind; // the last record
  private long taken;

  /** Hands what it reads to {@code sink}. */
  public DiffReader(DiffSink sink) {
    this.sink = sink;
  }

  /**
   * Takes the next {@code length} bytes of the stream.
   *
   * @throws ErrnoException EINVAL if they cannot be part of one; or what the sink throws
   */
  public void accept(byte[] bytes, int offset, int length) throws IOException {
    int at = offset;
    int end = offset + length;
    while (at < end) {
      int count = (int) Math.min(end - at, next == Field.DATA ? left : wanted - had);
      if (next != Field.TRAILER) {
        digest.update(bytes, at, count);
      }
      if (next == Field.DATA) {
        data(bytes, at, count);
      } else {
        gather(bytes, at, count);
      }
      at += count;
      taken += count;
    }
  }

  /**
   * There are no more bytes; the trailer, or {@link Trailer#NONE}.
   *
   * @throws ErrnoException EINVAL if the stream is not whole, or not what was sent
   */
  public Trailer end() throws IOException {
    if (next != Field.TRAILER) {
      throw wrong(taken == 0 ? "it is empty" : "it is cut off, after " + taken + " bytes");
    }
    if (had == 0) {
      return Trailer.NONE;
    }
    Trailer trailer =
        Trailer.of(field, had)
            .orElseThrow(() -> wrong("something follows its end that is no trailer of dmsnap's"));
    if (!trailer.digest().equals(Trailer.digest(digest.getValue()))) {
      throw wrong("it is damaged: its bytes do not give the digest that its sender wrote");
    }
    return trailer;
  }

  private void gather(byte[] bytes, int from, int count) throws IOException {
    System.arraycopy(bytes, from, field, had, count);
    had += count;
    if (had < wanted) {
      return;
    }
    if (next == Field.TRAILER) {
      throw wrong("something follows its end that is no trailer of dmsnap's");
    }
    field();
  }

  private void field() throws IOException {
    switch (next) {
      case BANNER -> banner();
      case TAG -> tag(field[0]);
      case NAME_LENGTH -> nameLength();
      case NAME -> {
        header.name(tag, field, had);
        await(Field.TAG, 1);
      }
      case SIZE -> {
        header.size(number(0));
        await(Field.TAG, 1);
      }
      default -> extent();
    }
  }

  private void banner() throws ErrnoException {
    if (!ByteBuffer.wrap(field, 0, had).equals(ByteBuffer.wrap(DiffFormat.BANNER))) {
      throw wrong("it does not begin with \"rbd diff v1\"");
    }
    await(Field.TAG, 1);
  }

  private void tag(byte letter) throws IOException {
    tag = letter;
    switch (letter) {
      case DiffFormat.FROM, DiffFormat.TO -> {
        header.follows(letter);
        await(Field.NAME_LENGTH, Integer.BYTES);
      }
      case DiffFormat.SIZE -> {
        header.follows(letter);
        await(Field.SIZE, Long.BYTES);
      }
      case DiffFormat.DATA, DiffFormat.ZEROES -> {
        begin();
        await(Field.EXTENT, 2 * Long.BYTES);
      }
      case DiffFormat.END -> {
        begin();
        await(Field.TRAILER, Trailer.LONGEST);
      }
      default -> throw wrong("at byte " + taken + " there is no record that rbd diff v1 has");
    }
  }

  /** The header is complete. */
  private void begin() throws IOException {
    if (header.open()) {
      sink.header(header.close());
    }
  }

  private void nameLength() throws ErrnoException {
    long length = Integer.toUnsignedLong((int) number(0, Integer.BYTES));
    if (length == 0 || length > DiffFormat.LONGEST_NAME) {
      throw wrong("a name of " + length + " bytes is none");
    }
    await(Field.NAME, (int) length);
  }

  private void extent() throws IOException {
    position = number(0);
    left = number(Long.BYTES);
    long size = header.bytes();
    if (position < 0 || left < 0 || position > size || left > size - position) {
      throw wrong(
          Long.toUnsignedString(left)
              + " bytes at "
              + Long.toUnsignedString(position)
              + " reach beyond its size of "
              + size);
    }
    if (left == 0) {
      throw wrong("a record at " + position + " is empty");
    }
    if (position < behind) {
      throw wrong("a record at " + position + " overlaps what is before it, or goes back");
    }
    behind = position + left;
    if (tag == DiffFormat.ZEROES) {
      sink.zeroes(position, left);
      await(Field.TAG, 1);
    } else {
      next = Field.DATA;
    }
  }

  private void data(byte[] bytes, int from, int count) throws IOException {
    sink.data(position, bytes, from, count);
    position += count;
    left -= count;
    if (left == 0) {
      await(Field.TAG, 1);
    }
  }

  private void await(Field what, int bytes) {
    next = what;
    wanted = bytes;
    had = 0;
  }

  private long number(int offset) {
    return number(offset, Long.BYTES);
  }

  private long number(int offset, int bytes) {
    ByteBuffer buffer = ByteBuffer.wrap(field).order(ByteOrder.LITTLE_ENDIAN);
    return bytes == Integer.BYTES ? buffer.getInt(offset) : buffer.getLong(offset);
  }

  /** A stream that is not as it must be. */
  static ErrnoException wrong(String why) {
    return new ErrnoException(Errno.EINVAL, "the stream cannot be received: " + why);
  }
}
