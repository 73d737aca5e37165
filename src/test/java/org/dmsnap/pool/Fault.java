package org.dmsnap.pool;

import jnr.constants.platform.Errno;

/** One call to a pool's disk fails, once. For many threads. */
final class Fault {

  private final int number;
  private final Errno errno;
  private int calls; // guarded by this
  private boolean spoiledSync; // guarded by this
  private String failed = "nothing failed"; // guarded by this

  /** Call number {@code number} fails with {@code errno}, if it is one that can. */
  Fault(int number, Errno errno) {
    this.number = number;
    this.errno = errno;
  }

  /** None fails. */
  static Fault none() {
    return new Fault(-1, Errno.EIO);
  }

  /** Whether this call is the one. */
  synchronized boolean strikes(String call, String step) {
    boolean strikes = calls++ == number && (errno != Errno.ENOSPC || takesSpace(call));
    if (strikes) {
      spoiledSync = call.startsWith("sync ");
      failed = errno + " at call " + number + ", " + call + ", in " + step;
    }
    return strikes;
  }

  private static boolean takesSpace(String call) {
    return !call.startsWith("read ") && !call.startsWith("open ") && !call.startsWith("delete ");
  }

  /** Whether a sync failed, the next of which will not say so. */
  synchronized boolean spoiledSync() {
    return spoiledSync;
  }

  Errno errno() {
    return errno;
  }

  /** How many calls there were. */
  synchronized int calls() {
    return calls;
  }

  /** What failed. */
  @Override
  public synchronized String toString() {
    return failed;
  }
}
