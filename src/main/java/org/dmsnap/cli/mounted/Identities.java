package org.dmsnap.cli.mounted;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.dmsnap.pool.table.Identity;

/**
 * Which volume each name stands for, as {@code ctl/uuids} has it.
 *
 * @param lines the words of its lines, by volume
 */
public record Identities(Map<String, List<String>> lines) {

  private static final int WORDS = 4; // name, UUID, birth, the content's
  private static final int BORN = 2;
  private static final int CONTENT = 3;
  private static final DateTimeFormatter AS_LVM =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss xx", Locale.ROOT);

  /** Those of {@code pool}'s volumes; none if its server knows of none. */
  public static Identities of(MountedPool pool) throws IOException {
    Map<String, List<String>> lines = new HashMap<>();
    try {
      for (String line : pool.read("uuids").lines().toList()) {
        List<String> words = List.of(line.split(" "));
        if (words.size() == WORDS) {
          lines.put(words.get(0), words);
        }
      }
    } catch (NoSuchFileException older) {
      lines.clear();
    }
    return new Identities(lines);
  }

  /** The volume's, or an empty text. */
  public String uuid(String volume) {
    return word(volume, 1);
  }

  /** That of what the volume reads as, {@code changed} or {@code -}; or an empty text. */
  public String content(String volume) {
    return word(volume, CONTENT);
  }

  /** The content's number, or an empty text. */
  public String contentUuid(String volume) {
    return Identity.isNumber(content(volume)) ? content(volume) : "";
  }

  /** When the volume was made, as LVM prints it, or an empty text. */
  public String time(String volume) {
    String born = word(volume, BORN);
    if (born.isEmpty()) {
      return "";
    }
    long seconds = Long.parseLong(born.substring(0, born.indexOf('.')));
    return AS_LVM.format(Instant.ofEpochSecond(seconds).atZone(ZoneId.systemDefault()));
  }

  private String word(String volume, int index) {
    List<String> words = lines.get(volume);
    return words == null ? "" : words.get(index);
  }
}
