package org.dmsnap.cli.doctor;

import java.util.ArrayList;
import java.util.List;

/**
 * One thing that was looked at, how it is, and what to do about it.
 *
 * @param about what was looked at
 * @param text how it is
 * @param advice what to do; empty if nothing is
 */
public record Diagnosis(State state, String about, String text, String advice) {

  /** How something is. */
  public enum State {
    /** As it should be. */
    OK,
    /** Worth knowing; it may be as it should be. */
    NOTE,
    /** Something has to be done. */
    PROBLEM
  }

  /** What is found, in the order in which it is. */
  public static final class Findings {

    private final List<Diagnosis> all = new ArrayList<>();

    /** Something is as it should be. */
    void ok(String about, String text) {
      all.add(new Diagnosis(State.OK, about, text, ""));
    }

    /** Something is worth knowing. */
    void note(String about, String text, String advice) {
      all.add(new Diagnosis(State.NOTE, about, text, advice));
    }

    /** Something has to be done. */
    void problem(String about, String text, String advice) {
      all.add(new Diagnosis(State.PROBLEM, about, text, advice));
    }

    /** Takes over what was found elsewhere. */
    void add(Findings others) {
      all.addAll(others.all);
    }

    /** All of it. */
    public List<Diagnosis> all() {
      return List.copyOf(all);
    }

    /** How many problems there are. */
    public long problems() {
      return all.stream().filter(found -> found.state() == State.PROBLEM).count();
    }
  }
}
