package org.dmsnap.docs;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** What a page of the documentation has in fences, and what it hides in comments for its test. */
public final class Markdown {

  private static final String FENCE = "```";
  private static final String COMMENT = "<!-- ";
  private static final String COMMENT_END = "-->";

  private Markdown() {}

  /**
   * A block of a page.
   *
   * @param section the heading of second order above it; empty before the first
   * @param kind what stands behind the fence, such as {@code sh}, or behind {@code <!--}
   * @param text its lines, each with its newline
   */
  public record Block(String section, String kind, String text) {

    /** The lines that a user types: those behind {@code $}, without that. */
    public List<String> typed() {
      return text.lines()
          .filter(line -> line.startsWith("$ "))
          .map(line -> line.substring(2))
          .toList();
    }
  }

  /** Every page: the README, and what is in {@code docs}. */
  public static List<Path> pages() {
    return Stream.concat(Stream.of(Path.of("README.md")), documents(".md").stream()).toList();
  }

  /** Every recorded session. */
  public static List<Path> sessions() {
    return documents(".session");
  }

  private static List<Path> documents(String suffix) {
    try (Stream<Path> walk = Files.walk(Path.of("docs"))) {
      return walk.filter(file -> file.toString().endsWith(suffix)).sorted().toList();
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  /** The text of {@code page}. */
  public static String text(Path page) {
    try {
      return Files.readString(page);
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  /** The blocks of {@code page}, in their order. */
  public static List<Block> blocks(Path page) {
    List<Block> blocks = new ArrayList<>();
    String section = "";
    String end = "";
    String kind = "";
    StringBuilder text = new StringBuilder();
    for (String line : text(page).lines().toList()) {
      if (!end.isEmpty()) {
        if (line.strip().equals(end)) {
          blocks.add(new Block(section, kind, text.toString()));
          end = "";
        } else {
          text.append(line).append('\n');
        }
      } else if (line.startsWith("## ")) {
        section = line.substring("## ".length());
      } else if (line.startsWith(FENCE) || line.startsWith(COMMENT) && !line.endsWith("-->")) {
        end = line.startsWith(FENCE) ? FENCE : COMMENT_END;
        kind = line.substring(line.startsWith(FENCE) ? FENCE.length() : COMMENT.length()).strip();
        text.setLength(0);
      }
    }
    return blocks;
  }
}
