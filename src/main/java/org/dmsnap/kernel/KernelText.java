package org.dmsnap.kernel;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads the files of {@code /proc} and {@code /sys}, as far as they are there and this user may see
 * them; all text is {@link FileName}'s.
 */
public final class KernelText {

  private KernelText() {}

  /** What is in {@code directory} and matches {@code glob}. */
  public static List<Path> children(Path directory, String glob) {
    List<Path> children = new ArrayList<>();
    try (DirectoryStream<Path> stream = Files.newDirectoryStream(directory, glob)) {
      stream.forEach(children::add);
    } catch (IOException | DirectoryIteratorException e) {
      return children; // another user's, or gone meanwhile
    }
    return children;
  }

  /** The one value in {@code file}, without the newline behind it; empty if there is none. */
  public static String value(Path file) {
    try {
      String text = FileName.of(Files.readAllBytes(file));
      return text.endsWith("\n") ? text.substring(0, text.length() - 1) : text;
    } catch (IOException e) {
      return ""; // not in use, or gone meanwhile
    }
  }

  /** Where the symbolic link {@code link} leads; empty if that cannot be seen. */
  public static String target(Path link) {
    try {
      return FileName.of(Files.readSymbolicLink(link));
    } catch (IOException e) {
      return ""; // another user's, or gone meanwhile
    }
  }

  /** The lines of {@code file}, whose bytes are the letters, for {@link #unescaped}. */
  static List<String> lines(Path file) throws IOException {
    String text = new String(Files.readAllBytes(file), ISO_8859_1);
    return List.of(text.split("\n", -1)); // no other byte ends a line
  }

  /** What a word of such a line stands for: {@code \040} is a blank, any byte may be so written. */
  static String unescaped(String word) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(word.length());
    for (int i = 0; i < word.length(); i++) {
      if (isEscape(word, i)) {
        bytes.write(Integer.parseInt(word.substring(i + 1, i + 4), 8));
        i += 3;
      } else {
        bytes.write(word.charAt(i));
      }
    }
    return FileName.of(bytes.toByteArray());
  }

  private static boolean isEscape(String word, int at) {
    return word.charAt(at) == '\\'
        && word.length() >= at + 4
        && word.substring(at + 1, at + 4).matches("[0-3][0-7]{2}");
  }
}
