package org.dmsnap.block;

import jnr.ffi.Memory;
import jnr.ffi.Pointer;
import jnr.ffi.Runtime;

/**
 * A thread that is told before a read or write of a {@link FileDevice} keeps it waiting for a disk,
 * so that another can do its work meanwhile. To any other thread the same calls just wait.
 */
public abstract class DiskThread extends Thread {

  private static final int VECTOR_BYTES = 16; // struct iovec

  private final Pointer vector = Memory.allocateDirect(Runtime.getSystemRuntime(), VECTOR_BYTES);

  /** As {@link Thread#Thread(ThreadGroup, Runnable, String, long)}, in the present group. */
  protected DiskThread(String name, long stackBytes) {
    super(null, null, name, stackBytes);
  }

  /** It is about to wait; throws nothing. */
  protected abstract void waiting();

  /** It waits no more: once for each {@link #waiting}. */
  protected abstract void waited();

  /** The address of a {@code struct iovec} of one piece, good until the next call. */
  final long vector(long address, long length) {
    vector.putAddress(0, address);
    vector.putLong(Long.BYTES, length);
    return vector.address();
  }
}
