package org.dmsnap.cli;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads JSON (RFC 8259) into maps, lists, strings, numbers, booleans and {@code NULL}; strict. */
final class JsonText {

  static final Object NULL = new Object();

  private final String text;
  private int at;

  private JsonText(String text) {
    this.text = text;
  }

  static Object parse(String text) {
    JsonText json = new JsonText(text);
    Object value = json.value();
    json.blanks();
    if (json.at < text.length()) {
      throw json.wrong("the end");
    }
    return value;
  }

  private Object value() {
    blanks();
    char first = text.charAt(at);
    return switch (first) {
      case '{' -> object();
      case '[' -> array();
      case '"' -> string();
      case 't' -> word("true", true);
      case 'f' -> word("false", false);
      case 'n' -> word("null", NULL);
      default -> number();
    };
  }

  private Map<String, Object> object() {
    Map<String, Object> object = new LinkedHashMap<>();
    expect('{');
    for (boolean first = true; !next('}'); first = false) {
      if (!first) {
        expect(',');
      }
      blanks();
      String name = string();
      expect(':');
      if (object.put(name, value()) != null) {
        throw wrong("one field " + name);
      }
    }
    return object;
  }

  private List<Object> array() {
    List<Object> array = new ArrayList<>();
    expect('[');
    for (boolean first = true; !next(']'); first = false) {
      if (!first) {
        expect(',');
      }
      array.add(value());
    }
    return array;
  }

  private String string() {
    expect('"');
    StringBuilder string = new StringBuilder();
    for (char c; (c = text.charAt(at++)) != '"'; ) {
      if (c < ' ') {
        throw wrong("no control character in a string");
      }
      string.append(c == '\\' ? escaped(text.charAt(at++)) : c);
    }
    return string.toString();
  }

  private char escaped(char letter) {
    if (letter == 'u') {
      at += 4;
      return (char) Integer.parseInt(text.substring(at - 4, at), 16);
    }
    int index = "\"\\/bfnrt".indexOf(letter);
    if (index < 0) {
      throw wrong("an escape");
    }
    return "\"\\/\b\f\n\r\t".charAt(index);
  }

  private BigDecimal number() {
    int start = at;
    while (at < text.length() && "+-.eE0123456789".indexOf(text.charAt(at)) >= 0) {
      at++;
    }
    String number = text.substring(start, at);
    if (!number.matches("-?(0|[1-9][0-9]*)(\\.[0-9]+)?([eE][+-]?[0-9]+)?")) {
      throw wrong("a value");
    }
    return new BigDecimal(number);
  }

  private Object word(String word, Object value) {
    if (!text.startsWith(word, at)) {
      throw wrong(word);
    }
    at += word.length();
    return value;
  }

  private void expect(char letter) {
    if (!next(letter)) {
      throw wrong(String.valueOf(letter));
    }
  }

  private boolean next(char letter) {
    blanks();
    boolean there = text.charAt(at) == letter;
    at += there ? 1 : 0;
    return there;
  }

  private void blanks() {
    while (at < text.length() && " \t\r\n".indexOf(text.charAt(at)) >= 0) {
      at++;
    }
  }

  private AssertionError wrong(String expected) {
    return new AssertionError("expected " + expected + " at " + at + " of JSON: " + text);
  }
}
