package org.dmsnap.pool.volume;

import jnr.constants.platform.Errno;
import org.dmsnap.block.ErrnoException;
import org.dmsnap.engine.Target;
import org.jspecify.annotations.Nullable;

/**
 * The target that serves a volume now, or why none does.
 *
 * <p>It changes only while the volume's gate is held, so a request, which is inside the gate, sees
 * one target from start to end.
 */
public final class ServedBy {

  private volatile @Nullable Target target;
  private volatile String absence;

  /** Nothing yet serves the volume {@code name}. */
  ServedBy(String name) {
    absence = name + " is not there yet";
  }

  /** Makes {@code next} serve it; the gate is held. */
  void by(Target next) {
    target = next;
  }

  /** Lets nothing serve it any more: requests fail with EIO and {@code why}; the gate is held. */
  public void cut(String why) {
    absence = why;
    target = null;
  }

  /** The target, or null. */
  @Nullable Target orNull() {
    return target;
  }

  /**
   * The target; inside the gate.
   *
   * @throws ErrnoException EIO if there is none, saying why
   */
  public Target target() throws ErrnoException {
    Target serving = target;
    if (serving == null) {
      throw new ErrnoException(Errno.EIO, absence);
    }
    return serving;
  }
}
