package org.dmsnap.stream;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.dmsnap.block.ErrnoException;
import org.dmsnap.block.Sectors;

/** Gathers the header of a stream, field by field, and refuses what cannot be one. */
final class HeaderReader {

  private static final String ORDER = "fts";

  private String from = "";
  private String to = "";
  private long bytes = -1;
  private int seen; // how many of ORDER can come no more
  private boolean closed;

  /** That the field {@code tag} comes next. */
  void follows(byte tag) throws ErrnoException {
    int place = ORDER.indexOf(tag);
    if (closed || place < seen) {
      throw DiffReader.wrong("its record " + (char) tag + " comes twice, or out of order");
    }
    seen = place + 1;
  }

  /** The name that the field {@code tag} holds. */
  void name(byte tag, byte[] field, int length) throws ErrnoException {
    String name = new String(field, 0, length, UTF_8);
    if (name.indexOf('/') >= 0 || name.chars().anyMatch(HeaderReader::garbles)) {
      throw DiffReader.wrong("a name in it has characters that no snapshot's has");
    }
    if (tag == DiffFormat.FROM) {
      from = name;
    } else {
      to = name;
    }
  }

  private static boolean garbles(int character) {
    int type = Character.getType(character);
    return Character.isISOControl(character)
        || character == '\ufffd'
        || type == Character.FORMAT
        || type == Character.LINE_SEPARATOR
        || type == Character.PARAGRAPH_SEPARATOR;
  }

  /** The size. */
  void size(long size) throws ErrnoException {
    if (size <= 0 || !Sectors.whole(size)) {
      throw DiffReader.wrong(
          "a volume has a whole number of sectors of 512 bytes, not "
              + Long.toUnsignedString(size)
              + " bytes");
    }
    bytes = size;
  }

  /** The size, once it is known. */
  long bytes() {
    return bytes;
  }

  /** Whether more of it may come. */
  boolean open() {
    return !closed;
  }

  /** It is complete. */
  DiffHeader close() throws ErrnoException {
    if (bytes < 0) {
      throw DiffReader.wrong("it does not say how large the volume is");
    }
    closed = true;
    return new DiffHeader(from, to, bytes);
  }
}
