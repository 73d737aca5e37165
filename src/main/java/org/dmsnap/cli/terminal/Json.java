package org.dmsnap.cli.terminal;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** Prints maps, lists, numbers and strings as JSON, on one line. */
public final class Json {

  private Json() {}

  public static String print(Object value) {
    if (value instanceof Map<?, ?> map) {
      return map.entrySet().stream()
          .map(entry -> quoted(entry.getKey().toString()) + ": " + print(entry.getValue()))
          .collect(Collectors.joining(", ", "{", "}"));
    }
    if (value instanceof List<?> list) {
      return list.stream().map(Json::print).collect(Collectors.joining(", ", "[", "]"));
    }
    return value instanceof Number ? value.toString() : quoted(value.toString());
  }

  private static String quoted(String text) {
    StringBuilder quoted = new StringBuilder("\"");
    text.codePoints().forEach(letter -> append(quoted, letter));
    return quoted.append('"').toString();
  }

  private static void append(StringBuilder quoted, int letter) {
    boolean byteOfName = Character.getType(letter) == Character.SURROGATE; // see FileName
    if (letter == '"' || letter == '\\') {
      quoted.append('\\').appendCodePoint(letter);
    } else if (letter < ' ' || byteOfName) {
      quoted.append(String.format(Locale.ROOT, "\\u%04x", letter));
    } else {
      quoted.appendCodePoint(letter);
    }
  }
}
