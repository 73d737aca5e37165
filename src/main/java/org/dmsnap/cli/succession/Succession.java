package org.dmsnap.cli.succession;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import jnr.constants.platform.Errno;
import org.dmsnap.block.ErrnoException;
import org.dmsnap.block.HandedOn;
import org.jspecify.annotations.Nullable;

/**
 * That a server which ends by anything but a clean stop is replaced: what it hands on, and to whom.
 */
public final class Succession {

  /** What the descriptor of {@code /dev/fuse} is kept as. */
  public static final String DEVICE = "fuse";

  private final Inheritance left;
  private final HandedOn holder;
  private final @Nullable Estate estate; // if anybody succeeds

  private Succession(Inheritance left, HandedOn holder, @Nullable Estate estate) {
    this.left = left;
    this.holder = holder;
    this.estate = estate;
  }

  /** Nobody succeeds. */
  public static Succession none(Inheritance left) {
    return new Succession(left, HandedOn.NONE, null);
  }

  /**
   * That of a server which is started by systemd, or by anybody else.
   *
   * @param left what a predecessor left, if there was one
   * @param successor how one is started, unless systemd does
   * @throws ErrnoException ESTALE if another process has become the successor, EPROTO if what is
   *     left cannot be read
   */
  public static Succession of(Inheritance left, Successor successor) throws IOException {
    ServiceSocket manager = ServiceSocket.ofThisProcess();
    if (manager.isThere() && successor.foreground()) {
      HandedOn store = new ServiceStore(left, manager);
      return new Succession(left, store, Estate.of(store));
    }
    Keeper keeper = new Keeper(left, successor);
    try {
      Estate estate = Estate.of(keeper);
      keeper.noteIn(estate);
      if (left.isThere() && left.epoch() != estate.epoch()) {
        throw new ErrnoException(Errno.ESTALE, "another process goes on with this mount");
      }
      return new Succession(left, keeper, estate);
    } catch (ErrnoException failure) {
      keeper.stop();
      throw failure;
    }
  }

  /** Where to keep what a successor is to have. */
  public HandedOn handedOn() {
    return holder;
  }

  /** Whether anybody would succeed. */
  public boolean isOn() {
    return estate != null;
  }

  /** How many servers were before this one. */
  public long count() {
    return estate == null ? 0 : estate.successions();
  }

  /** Whether this process goes on where another has ended. */
  public boolean takesOver() {
    return left.isThere();
  }

  /** The {@code /dev/fuse} of the server before. */
  public int device() {
    return left.descriptor(DEVICE);
  }

  /** From now on, should this process end, it is replaced. */
  public void begin(int device) throws IOException {
    if (estate == null) {
      return;
    }
    if (!takesOver()) {
      holder.keep(DEVICE, device);
    }
    estate.begin();
    if (holder instanceof Keeper keeper) {
      keeper.start();
    }
  }

  /** Somebody was answered. */
  public void answered() {
    if (holder instanceof Keeper keeper) {
      keeper.answered();
    }
  }

  /** This process is going to end, and another is to go on. */
  public void replace() {
    if (estate != null) {
      estate.planned();
    }
    if (holder instanceof Keeper keeper) {
      keeper.planned();
    }
  }

  /** It is not to be replaced any more; on return nobody else holds what it handed on. */
  public void end() throws IOException {
    if (holder instanceof Keeper keeper) {
      keeper.stop();
    } else if (holder instanceof ServiceStore store) {
      store.clear();
    }
  }

  /** How the server before has ended, and for how long nobody has answered since, in words. */
  public String story() {
    Instant now = Instant.now();
    Instant died = ProcessHandle.current().info().startInstant().orElse(now);
    double seconds = Duration.between(died, now).toMillis() / 1000.0;
    return (estate == null ? "" : estate.end())
        + String.format(Locale.ROOT, "; nobody answered for %.1f s", Math.max(0, seconds));
  }
}
