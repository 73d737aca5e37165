package org.dmsnap.cli.terminal;

import java.util.Map;

/**
 * Colours for a terminal, or none.
 *
 * @param on whether there are any
 */
public record Palette(boolean on) {

  private static final String RESET = "\u001b[0m";

  /**
   * What {@code --color WHEN} asks for.
   *
   * @param when {@code always}, {@code never}, or {@code auto}: on a terminal that can, unless
   *     {@code NO_COLOR} is set
   * @throws IllegalArgumentException if it is none of these
   */
  static Palette of(String when, boolean tty, Map<String, String> environment) {
    return switch (when) {
      case "always" -> new Palette(true);
      case "never" -> new Palette(false);
      case "auto" ->
          new Palette(
              tty
                  && environment.getOrDefault("NO_COLOR", "").isEmpty()
                  && !environment.getOrDefault("TERM", "").equals("dumb"));
      default ->
          throw new IllegalArgumentException(
              "--color is auto, always or never, not \"" + when + "\"");
    };
  }

  /** For headings and names. */
  public String bold(String text) {
    return coded("1", text);
  }

  /** For what went wrong. */
  public String red(String text) {
    return coded("31", text);
  }

  /** For what someone should look at. */
  public String yellow(String text) {
    return coded("33", text);
  }

  /** For what goes on by itself. */
  public String cyan(String text) {
    return coded("36", text);
  }

  private String coded(String code, String text) {
    return on && !text.isEmpty() ? "\u001b[" + code + "m" + text + RESET : text;
  }
}
