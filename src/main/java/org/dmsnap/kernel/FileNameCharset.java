package org.dmsnap.kernel;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.Charset;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CharsetEncoder;
import java.nio.charset.CoderResult;

/**
 * Makes bytes of {@link FileName}'s text: for names that go to system calls, and for all that is
 * printed, which thus shows a name as whoever gave it wrote it, whatever their terminal speaks.
 */
public final class FileNameCharset extends Charset {

  /** By this it is known to {@link Charset#forName}. */
  public static final String NAME = "x-dmsnap-file-name";

  /** The one. */
  public static final Charset INSTANCE = new FileNameCharset();

  private static final int MOST_BYTES = 3; // of a letter, which two chars are if it has four

  private FileNameCharset() {
    super(NAME, new String[0]);
  }

  @Override
  public boolean contains(Charset other) {
    return other.equals(this) || UTF_8.contains(other);
  }

  @Override
  public CharsetEncoder newEncoder() {
    return new Encoder(this);
  }

  /** UTF-8's, to which other bytes are lost; {@link FileName#of(byte[])} loses none. */
  @Override
  public CharsetDecoder newDecoder() {
    return UTF_8.newDecoder();
  }

  /** UTF-8's, to which a lone surrogate of {@link FileName}'s is a byte. */
  private static final class Encoder extends CharsetEncoder {

    private final CharsetEncoder utf8 = UTF_8.newEncoder(); // reports what is malformed

    Encoder(Charset charset) {
      super(charset, 1, MOST_BYTES);
    }

    @Override
    protected CoderResult encodeLoop(CharBuffer in, ByteBuffer out) {
      while (true) {
        CoderResult result = utf8.encode(in, out, false);
        if (!result.isMalformed() || !FileName.isByte(in.get(in.position()))) {
          return result;
        }
        if (!out.hasRemaining()) {
          return CoderResult.OVERFLOW;
        }
        out.put((byte) in.get());
      }
    }

    @Override
    protected void implReset() {
      utf8.reset();
    }
  }
}
