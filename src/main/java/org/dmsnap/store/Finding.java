package org.dmsnap.store;

/**
 * Something that a check has come upon.
 *
 * @param severity what it means
 * @param file where it is, as a name in the pool or as the user gave it
 * @param text what it is, and what may be done
 */
public record Finding(Severity severity, String file, String text) {

  /** What a finding means, from harmless to worst. */
  public enum Severity {
    /** Worth knowing; nothing is wrong. */
    NOTE,
    /** Something is wrong. */
    PROBLEM,
    /** It could not be read, so that what is wrong in it is not known. */
    UNREADABLE
  }

  /** As a line of output. */
  @Override
  public String toString() {
    return file
        + ": "
        + switch (severity) {
          case NOTE -> "note: ";
          case PROBLEM -> "";
          case UNREADABLE -> "cannot be read: ";
        }
        + text;
  }
}
