package org.dmsnap.cli;

/** How a command takes it that the server which it asks does not answer; the others just end. */
interface Unanswered {

  /**
   * Whether it goes on waiting.
   *
   * @param terminal whether somebody is there to read that and to interrupt it
   */
  default boolean waitsOn(boolean terminal) {
    return false;
  }

  /** Whether it ends by itself, since it asks more than one or looks at one that may be stuck. */
  default boolean decides() {
    return false;
  }

  /** What there is to know then, beside what is wrong with the server; empty if nothing. */
  default String consequence() {
    return "";
  }
}
