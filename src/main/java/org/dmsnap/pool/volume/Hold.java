package org.dmsnap.pool.volume;

import org.dmsnap.engine.Gate;

/** An origin's gate, held both ways for a change of structure; while suspended half of it is. */
public final class Hold {

  /**
   * What is done meanwhile.
   *
   * @param <E> how it may fail
   */
  public interface Change<E extends Exception> {
    /** Does it. */
    void make() throws E;
  }

  private Hold() {}

  /** Waits for the requests in flight, holds all others, makes {@code change}, lets them go on. */
  public static <E extends Exception> void during(LayeredVolume volume, Change<E> change) throws E {
    OriginVolume origin = volume.bottom();
    Gate gate = origin.gate();
    boolean ours = !origin.suspended();
    long changes = ours ? gate.holdChanges() : 0;
    try {
      views(volume, change);
    } finally {
      if (ours) {
        gate.release(changes);
      }
    }
  }

  /** The same where changes are held already, such as in a {@link Moment}: for what is left. */
  public static <E extends Exception> void views(LayeredVolume volume, Change<E> change) throws E {
    Gate gate = volume.bottom().gate();
    long views = gate.holdViews();
    try {
      change.make();
    } finally {
      gate.releaseViews(views);
    }
  }
}
