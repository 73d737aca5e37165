package org.dmsnap.cli.mount;

import java.io.IOException;
import java.util.Timer;
import java.util.TimerTask;
import jnr.constants.platform.Errno;
import org.dmsnap.block.ErrnoException;
import org.dmsnap.cli.succession.Succession;
import org.dmsnap.fuse.FuseMount;
import org.dmsnap.pool.Pool;
import org.dmsnap.pool.table.Commit;
import org.dmsnap.pool.volume.Device;

/**
 * A server's place in the row of those that serve a mount: it tells of the one before it, and makes
 * way for the one after it.
 *
 * @param mount which answers already
 */
record Handover(Pool pool, FuseMount mount, Succession succession) {

  /** By when what was under way has come again, so that it can be told how much that was. */
  private static final long STORY_MILLIS = 200;

  private static final long LONGEST_DRAIN_MILLIS = 2000;
  private static final int MADE_WAY = 75; // EX_TEMPFAIL: systemd starts what fails again

  /** From now on somebody goes on, should this process end. */
  void begin() throws IOException {
    if (succession.takesOver()) {
      tell(succession.story());
    }
    boolean replaced = succession.isOn() && mount.succeedable();
    if (replaced) {
      mount.whenAnswered(succession::answered);
      succession.begin(mount.device());
    } else if (succession.isOn()) {
      succession.end();
      pool.log()
          .info("this kernel sends nothing again, so should the server die, the mount is dead");
    }
    pool.server()
        .is(replaced, succession.count(), replaced ? this::makeWay : Handover::nobodyGoesOn);
  }

  private void flush(Device device) {
    try {
      if (device.writable()) {
        device.flush();
      }
    } catch (IOException failure) {
      pool.log().warning(device.name() + " cannot be flushed: " + failure.getMessage());
    }
  }

  private static void nobodyGoesOn() throws ErrnoException {
    throw new ErrnoException(
        Errno.EOPNOTSUPP,
        "there would be nobody to go on with this mount, which has no keeper: unmount it, and mount"
            + " it again");
  }

  private void tell(String story) {
    Timer timer = new Timer("story", true);
    timer.schedule(
        new TimerTask() {
          @Override
          public void run() {
            pool.log().warning(story + "; " + mount.cameAgain() + " requests came again");
            timer.cancel();
          }
        },
        STORY_MILLIS);
  }

  /** Ends this process, as if it had died, but with nothing under way and all written. */
  private void makeWay() throws IOException {
    try {
      mount.holdRequests(LONGEST_DRAIN_MILLIS);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      mount.releaseRequests();
      throw new ErrnoException(Errno.EINTR, "interrupted while making way", interrupted);
    }
    pool.devices().forEach(this::flush);
    Commit.happened(); // or the next one would be told the same
    succession.replace();
    Runtime.getRuntime().halt(MADE_WAY);
  }
}
