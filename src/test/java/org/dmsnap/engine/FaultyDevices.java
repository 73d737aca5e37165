package org.dmsnap.engine;

import java.io.IOException;
import java.util.EnumSet;
import java.util.Set;
import jnr.constants.platform.Errno;
import org.dmsnap.block.ErrnoException;
import org.dmsnap.block.RamDevice;
import org.dmsnap.block.RamDevice.Operation;

/** Counts the calls to several devices, and has one of them fail, or all of its kind from there. */
final class FaultyDevices {

  private static final Set<Operation> TAKES_SPACE = EnumSet.of(Operation.WRITE, Operation.ZERO);

  private final int failing;
  private final Errno errno;
  private final boolean forGood;
  private int calls;
  private RamDevice broken;
  private Operation brokenFor;
  private boolean repaired;
  private boolean paused;

  /** Has call number {@code failing} fail with {@code errno}; what cannot, does not. */
  FaultyDevices(int failing, Errno errno, boolean forGood) {
    this.failing = failing;
    this.errno = errno;
    this.forGood = forGood;
  }

  /** Watches {@code device} from now on. */
  RamDevice watch(RamDevice device) {
    device.onEach((operation, position, length) -> before(device, operation));
    return device;
  }

  private synchronized void before(RamDevice device, Operation operation) throws IOException {
    if (paused) {
      return;
    }
    boolean now = calls++ == failing;
    if (now && fails(operation)) {
      broken = device;
      brokenFor = operation;
    }
    boolean still = forGood && !repaired && broken == device && brokenFor == operation;
    if (still || (now && fails(operation))) {
      throw new ErrnoException(errno, operation + " number " + (calls - 1) + " was to fail");
    }
  }

  private boolean fails(Operation operation) {
    return errno != Errno.ENOSPC || TAKES_SPACE.contains(operation);
  }

  /** How many calls there were. */
  synchronized int calls() {
    return calls;
  }

  /** What failed, or null. */
  synchronized Operation failed() {
    return brokenFor;
  }

  /** The device of the call that failed, or null. */
  synchronized RamDevice broken() {
    return broken;
  }

  /** Neither counts nor fails any calls for a while. */
  synchronized void pause(boolean now) {
    paused = now;
  }

  /** Lets nothing fail any more. */
  synchronized void repair() {
    repaired = true;
  }
}
