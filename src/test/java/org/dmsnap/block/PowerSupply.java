package org.dmsnap.block;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import jnr.constants.platform.Errno;
import org.dmsnap.block.RamDevice.Operation;

/**
 * What devices in memory run on: goes off before a chosen operation, and every one after it fails.
 * Then each device has lost any of the sectors that were not synced. For many threads.
 */
public final class PowerSupply {

  private final List<Supplied> supplied = new ArrayList<>();
  private final AtomicInteger left;

  /**
   * @param operations how many operations there is power for, reads not counted
   */
  public PowerSupply(int operations) {
    left = new AtomicInteger(operations);
  }

  private static final class Supplied {
    final RamDevice device;
    private byte[] synced; // guarded by this

    Supplied(RamDevice device) {
      this.device = device;
      this.synced = device.content();
    }

    /** A sync begins: what is written meanwhile may be synced, or not. */
    synchronized void syncing() {
      synced = device.content(); // under the lock: an older content never replaces a newer one
    }

    synchronized byte[] synced() {
      return synced;
    }
  }

  /** Supplies {@code device}, all of which is on disk. */
  public void supply(RamDevice device) {
    Supplied each = new Supplied(device);
    supplied.add(each);
    device.onEach((operation, position, length) -> before(each, operation));
  }

  /** Whether it has gone off. */
  public boolean isOff() {
    return left.get() <= 0;
  }

  private void before(Supplied each, Operation operation) throws ErrnoException {
    int remaining = operation == Operation.READ ? left.get() : left.decrementAndGet();
    if (remaining <= 0) {
      throw new ErrnoException(Errno.EIO, "the power is off");
    }
    if (operation == Operation.SYNC) {
      each.syncing();
    }
  }

  /**
   * What is on the disks of all devices, in the order in which they were supplied, once nobody uses
   * them any more: of each unsynced sector the old content or the new.
   */
  public List<byte[]> cut(Random random) {
    List<byte[]> disks = new ArrayList<>();
    for (Supplied each : supplied) {
      byte[] disk = each.device.content();
      int odds = 1 + random.nextInt(8);
      for (int at = 0; at < disk.length; at += Sectors.BYTES) {
        if (random.nextInt(odds) == 0) {
          System.arraycopy(each.synced(), at, disk, at, Sectors.BYTES);
        }
      }
      disks.add(disk);
    }
    return disks;
  }
}
