package org.dmsnap.kernel;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.file.Path;
import java.util.HexFormat;

/**
 * Names of files as text, as bytes and as paths, each made of the other without loss, in any
 * locale.
 *
 * <p>The text is UTF-8's. A byte that is none is a lone surrogate, {@code U+DC80} to {@code
 * U+DCFF}, which no other text has. Java's own way between text and path goes by the locale, and
 * what that cannot say is lost or refused; so a path's text is asked for here, not of {@link
 * Path#toString}, wherever it is compared, handed on or printed.
 */
public final class FileName {

  private static final char ESCAPE = 0xdc00; // plus the byte
  private static final String PLAIN = "/._-+"; // and letters and digits, as a URI has them
  private static final Path NOWHERE = Path.of("/dev/null"); // in which there is nothing to look at
  private static final Path CURRENT_DIRECTORY = Path.of("/proc/self/cwd");
  private static final HexFormat HEX = HexFormat.of().withUpperCase();

  private FileName() {}

  /** The text for {@code bytes}, whatever they are. */
  public static String of(byte[] bytes) {
    CharsetDecoder decoder = UTF_8.newDecoder(); // which reports what is malformed
    ByteBuffer in = ByteBuffer.wrap(bytes);
    CharBuffer out = CharBuffer.allocate(bytes.length);
    while (true) {
      CoderResult result = decoder.decode(in, out, true);
      if (result.isUnderflow()) {
        return out.flip().toString();
      }
      for (int i = 0; i < result.length(); i++) {
        out.put((char) (ESCAPE + (in.get() & 0xff)));
      }
    }
  }

  /** The text for a path's bytes. Looks at no file. */
  public static String of(Path path) {
    String text = path.toString();
    if (text.chars().allMatch(letter -> letter < 0x80)) {
      return text;
    }
    // a path tells its bytes in a URI alone, for which it asks whether it is a directory
    Path names = path.subpath(0, path.getNameCount());
    String uri = NOWHERE.resolve(names).toUri().getRawPath();
    String decoded = of(percentDecoded(uri.substring(NOWHERE.toString().length() + 1)));
    return path.isAbsolute() ? "/" + decoded : decoded;
  }

  /** The bytes of {@code text} that {@link #of(byte[])} made, or of any other in UTF-8. */
  public static byte[] bytes(String text) {
    return text.getBytes(FileNameCharset.INSTANCE);
  }

  /** The bytes of a path. */
  public static byte[] bytes(Path path) {
    return bytes(of(path));
  }

  /**
   * The path of that name, absolute or not.
   *
   * @throws IllegalArgumentException if {@code text} has a zero
   */
  public static Path path(String text) {
    if (text.isEmpty()) {
      return Path.of("");
    }
    StringBuilder uri = new StringBuilder("file:///");
    for (byte each : bytes(text)) {
      boolean plain = each > 0 && (Character.isLetterOrDigit(each) || PLAIN.indexOf(each) >= 0);
      if (plain) {
        uri.append((char) each);
      } else {
        uri.append('%').append(HEX.toHexDigits(each));
      }
    }
    Path path = Path.of(URI.create(uri.toString()));
    return text.startsWith("/") ? path : path.subpath(0, path.getNameCount());
  }

  /** The path of that name in the current directory, which may have a name of any bytes itself. */
  public static Path here(String text) {
    Path path = path(text);
    String directory = KernelText.target(CURRENT_DIRECTORY);
    boolean known = directory.isEmpty() || directory.equals(System.getProperty("user.dir"));
    return path.isAbsolute() || known ? path : path(directory).resolve(path);
  }

  /** Whether a letter of a text is a byte that is not UTF-8. */
  static boolean isByte(char letter) {
    return letter >= ESCAPE + 0x80 && letter <= ESCAPE + 0xff;
  }

  private static byte[] percentDecoded(String text) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(text.length());
    for (int i = 0; i < text.length(); i++) {
      if (text.charAt(i) == '%') {
        bytes.write(HexFormat.fromHexDigits(text, i + 1, i + 3));
        i += 2;
      } else {
        bytes.write(text.charAt(i));
      }
    }
    return bytes.toByteArray();
  }
}
