package org.dmsnap.block;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import jnr.constants.platform.Errno;
import org.dmsnap.block.RamDevice.Operation;
import org.jspecify.annotations.Nullable;

/**
 * What devices in memory run on: goes off before a chosen operation, and every one after it fails.
 * Then each device has lost any of the sectors that were not synced. For many threads.
 *
 * <p>Before that one of the devices may {@linkplain #fail fail} for a while. What it could not sync
 * then it takes for clean, as Linux does: it reads as it was written and no later sync brings it to
 * the disk.
 */
public final class PowerSupply {

  private final List<Supplied> supplied = new ArrayList<>();
  private final Random random;
  private int left; // guarded by this
  private int failsFrom = -1; // guarded by this: what is left then
  private int failsUntil; // guarded by this
  private Errno errno = Errno.EIO;
  private @Nullable RamDevice failed; // guarded by this

  /**
   * @param operations how many operations there is power for, reads not counted
   * @param random decides what is lost
   */
  public PowerSupply(int operations, Random random) {
    this.left = operations;
    this.random = new Random(random.nextLong());
  }

  /** A device, guarded by the supply. */
  private static final class Supplied {
    final RamDevice device;
    private final byte[] disk; // what is safe
    private byte[] clean; // what was written back last, or could not be

    Supplied(RamDevice device) {
      this.device = device;
      this.clean = device.content();
      this.disk = clean.clone();
    }

    /** What is not clean is on the disk now, or at {@code odds} of 8 only. */
    void writeBack(Random random, int odds) {
      byte[] now = device.content();
      for (int at = 0; at < now.length; at += Sectors.BYTES) {
        int end = at + Sectors.BYTES;
        if (!Arrays.equals(now, at, end, clean, at, end) && random.nextInt(8) < odds) {
          System.arraycopy(now, at, disk, at, Sectors.BYTES);
        }
      }
      clean = now;
    }
  }

  /** Supplies {@code device}, all of which is on disk. */
  public synchronized void supply(RamDevice device) {
    Supplied each = new Supplied(device);
    supplied.add(each);
    device.onEach((operation, position, length) -> before(each, operation));
  }

  /**
   * Has whichever device is used when the power is to last for another {@code before} operations
   * fail, and for that of the next {@code operations} that are its own.
   */
  public synchronized void fail(int before, int operations, Errno with) {
    failsFrom = before;
    failsUntil = before - operations;
    errno = with;
  }

  /** Whether it has gone off. */
  public synchronized boolean isOff() {
    return left <= 0;
  }

  /** The device that has failed, if one has. */
  public synchronized @Nullable RamDevice failed() {
    return failed;
  }

  /** What it failed with. */
  public synchronized Errno errno() {
    return errno;
  }

  private synchronized void before(Supplied each, Operation operation) throws ErrnoException {
    if (operation == Operation.READ) {
      checkOn();
      return;
    }
    left--;
    checkOn();
    if (failed == null && left == failsFrom) {
      failed = each.device;
    }
    boolean fails = failed == each.device && left > failsUntil;
    if (operation == Operation.SYNC) {
      each.writeBack(random, fails ? random.nextInt(8) : 8);
    }
    if (fails) {
      throw new ErrnoException(errno, operation + " of a RAM disk told to fail");
    }
  }

  private void checkOn() throws ErrnoException {
    if (left <= 0) {
      throw new ErrnoException(Errno.EIO, "the power is off");
    }
  }

  /**
   * What is on the disks of all devices, in the order in which they were supplied, once nobody uses
   * them any more: of each unsynced sector the old content or the new.
   */
  public synchronized List<byte[]> cut() {
    List<byte[]> disks = new ArrayList<>();
    int odds = random.nextInt(9);
    for (Supplied each : supplied) {
      each.writeBack(random, odds);
      disks.add(each.disk.clone());
    }
    return disks;
  }
}
