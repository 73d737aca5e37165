package org.dmsnap.pool.table;

import java.util.Map;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.dmsnap.block.ChangeTime;
import org.dmsnap.block.FileTimes;
import org.jspecify.annotations.Nullable;

/**
 * Which volume a name stands for, and what that reads as, by numbers that no other has.
 *
 * @param uuid of the volume, from its birth on; a reset is a birth
 * @param born when that was, in nanoseconds since 1970
 * @param content of what it reads as, if that has been sent or was received and has not changed
 *     since; {@link #CHANGED} if it has; else {@link #UNNAMED}
 */
public record Identity(String uuid, long born, String content) {

  /** What it reads as has never been told to anyone. */
  public static final String UNNAMED = "-";

  /** It was told to someone what it reads as, and that is not so any more. */
  public static final String CHANGED = "changed";

  private static final String UUID_WORD = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}";
  private static final Pattern UUID_ALONE = Pattern.compile(UUID_WORD);
  private static final Pattern WORDS =
      Pattern.compile(
          "identity (\\S+) uuid=("
              + UUID_WORD
              + ") born=(\\d{1,18})\\.(\\d{9})(?: content=("
              + UUID_WORD
              + "|"
              + CHANGED
              + "))?");

  /** That of a volume that is born now. */
  public static Identity fresh() {
    return new Identity(number(), ChangeTime.now(), UNNAMED);
  }

  /** A number that no other has. */
  public static String number() {
    return UUID.randomUUID().toString();
  }

  /** {@code number}, or what stands for none if that is empty. */
  public static String contentOr(String number) {
    return number.isEmpty() ? UNNAMED : number;
  }

  /** Whether {@code word} is such a number. */
  public static boolean isNumber(String word) {
    return UUID_ALONE.matcher(word).matches();
  }

  /** The identity that the directive {@code words} is, with its volume's name, or null. */
  static Map.@Nullable Entry<String, Identity> parse(String words) {
    Matcher matcher = WORDS.matcher(words);
    if (!matcher.matches()) {
      return null;
    }
    long born =
        FileTimes.nanos(Long.parseLong(matcher.group(3)), Integer.parseInt(matcher.group(4)));
    String content = matcher.group(5) == null ? UNNAMED : matcher.group(5);
    return Map.entry(matcher.group(1), new Identity(matcher.group(2), born, content));
  }

  /** Whether what it reads as bears a number. */
  public boolean named() {
    return isNumber(content);
  }

  /** The same, which reads as {@code what} stands for. */
  public Identity reads(String what) {
    return new Identity(uuid, born, what);
  }

  /** The same once what it reads as has changed. */
  public Identity changed() {
    return named() ? reads(CHANGED) : this;
  }

  /** As it stands in the table, behind the volume's name. */
  @Override
  public String toString() {
    String known = content.equals(UNNAMED) ? "" : " content=" + content;
    return "uuid=" + uuid + " born=" + FileTimes.text(born) + known;
  }
}
