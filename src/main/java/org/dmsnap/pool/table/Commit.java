package org.dmsnap.pool.table;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Sees to it that each line of a control request is done once, though the server may be another by
 * the time that it is answered. A thread that runs a request has one; whoever reaches the moment in
 * which a command has happened says so here.
 *
 * <p>That moment is the first time that the command has {@code pool.table} replaced; or, of what
 * the table does not tell, that in which a transient snapshot begins or ends to be left to a
 * successor, or {@link #happened}. What comes after it is finished by whoever loads the pool.
 */
public abstract class Commit implements AutoCloseable {

  /** Nobody goes on with what was begun. */
  public static final Commit NONE = new None();

  private static final ThreadLocal<@Nullable Commit> RUNNING = new ThreadLocal<>();

  private int line;
  private boolean again;
  private boolean armed;
  private boolean happened;

  /** A command that is to be done. */
  @FunctionalInterface
  public interface Work {
    /** Does it. */
    void run() throws Exception;
  }

  /** What a command does in one moment. */
  @FunctionalInterface
  public interface Effect {
    /** Does it. */
    void run() throws IOException;
  }

  /**
   * What a line is known by that makes the table say {@code text}, or that takes or removes the
   * transient snapshot with that key; never 0.
   */
  public static long markOf(String text) {
    long mark = 1;
    for (int i = 0; i < text.length(); i++) {
      mark = mark * 0x5851f42d4c957f2dL + text.charAt(i);
    }
    return mark == 0 ? 1 : mark;
  }

  /** How many lines are done. */
  public abstract int done();

  /** Notes that a line begins; whether it has begun before. */
  protected abstract boolean begun(int number);

  /** Notes how many lines are done. */
  protected abstract void done(int lines);

  /** Notes what the table is about to say, or which transient snapshot is about to be there. */
  protected abstract void begins(long mark);

  /** Notes which transient snapshot is about to be there no more. */
  protected abstract void ends(long mark);

  /** The number that was given first for this line. */
  protected abstract long number(long number);

  /** The request is about to be answered. */
  @Override
  public abstract void close();

  /** Does {@code work}, the line of that number, unless it is done. */
  public final void once(int number, Work work) throws Exception {
    if (number < done()) {
      return;
    }
    line = number;
    again = begun(number);
    happened = false;
    armed = false;
    RUNNING.set(this);
    try {
      work.run();
    } finally {
      RUNNING.remove();
    }
    done(number + 1);
  }

  /** From now on, what the calling thread changes is its command's own doing. */
  public static void begins() {
    Commit running = RUNNING.get();
    if (running != null) {
      running.armed = true;
    }
  }

  /** What the calling thread's command has done happens with {@code replace}. */
  static void replacing(String text, Effect replace) throws IOException {
    Commit running = pending();
    if (running != null) {
      running.begins(markOf(text));
    }
    replace.run();
    happened();
  }

  /**
   * What the calling thread's command has done happens with {@code taken}, from which on the
   * transient snapshot with that key is left to a successor.
   */
  public static void taking(String key, Runnable taken) {
    Commit running = pending();
    if (running != null) {
      running.begins(markOf(key));
    }
    taken.run();
    happened();
  }

  /** … with {@code removed}, from which on it is not. */
  public static void removing(String key, Effect removed) throws IOException {
    Commit running = pending();
    if (running != null) {
      running.ends(markOf(key));
    }
    removed.run();
    happened();
  }

  /** The calling thread's command, if it has yet to happen. */
  private static @Nullable Commit pending() {
    Commit running = RUNNING.get();
    return running == null || !running.armed || running.happened ? null : running;
  }

  /** What the calling thread's command does has happened. */
  public static void happened() {
    Commit running = pending();
    if (running != null) {
      running.happened = true;
      running.done(running.line + 1);
    }
  }

  /** Whether the calling thread's command may have happened already, under another server. */
  public static boolean again() {
    Commit running = RUNNING.get();
    return running != null && running.again;
  }

  /** What {@code number} was when the calling thread's command first began. */
  public static long first(long number) {
    Commit running = RUNNING.get();
    return running == null ? number : running.number(number);
  }

  /** Notes nothing. */
  private static final class None extends Commit {

    @Override
    public int done() {
      return 0;
    }

    @Override
    protected boolean begun(int number) {
      return false;
    }

    @Override
    protected void done(int lines) {
      // nobody asks
    }

    @Override
    protected void begins(long mark) {
      // nobody asks
    }

    @Override
    protected void ends(long mark) {
      // nobody asks
    }

    @Override
    protected long number(long number) {
      return number;
    }

    @Override
    public void close() {
      // nothing was taken
    }
  }
}
