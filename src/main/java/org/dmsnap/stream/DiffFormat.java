package org.dmsnap.stream;

import static java.nio.charset.StandardCharsets.US_ASCII;

/** The letters and lengths of <i>rbd diff v1</i>; numbers are little-endian, nothing is aligned. */
final class DiffFormat {

  /** How it begins. */
  static final byte[] BANNER = "rbd diff v1\n".getBytes(US_ASCII);

  /** What it is a difference from: a length, then a name. */
  static final byte FROM = 'f';

  /** What it makes: a length, then a name. */
  static final byte TO = 't';

  /** The size of both, in bytes. */
  static final byte SIZE = 's';

  /** Data: offset, length, and the bytes. */
  static final byte DATA = 'w';

  /** Zeroes: offset and length. */
  static final byte ZEROES = 'z';

  /** There is no more. */
  static final byte END = 'e';

  /** The longest name that is understood, in bytes. */
  static final int LONGEST_NAME = 4096;

  private DiffFormat() {}
}
