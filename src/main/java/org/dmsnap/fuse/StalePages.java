package org.dmsnap.fuse;

import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import jnr.constants.platform.Errno;
import jnr.ffi.Memory;
import jnr.ffi.Pointer;
import jnr.ffi.Runtime;
import org.dmsnap.block.LastErrno;
import org.dmsnap.block.LibC;
import org.dmsnap.engine.StallListener;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has the kernel drop pages that it has cached ({@code FUSE_NOTIFY_INVAL_INODE}), for one thread:
 * after a header as of an {@link Answer}, whose error is the kind of notice, 8 bytes for the node,
 * 8 for the position, 8 for the length.
 */
final class StalePages {

  private static final Logger LOG = LoggerFactory.getLogger("dmsnap");

  private static final int INVAL_INODE = 2;

  private static final int KIND = 4;
  private static final int NODE = 16;
  private static final int POSITION = 24;
  private static final int LENGTH = 32;
  private static final int BYTES = 40;

  private final int device;
  private final StallListener stalls;
  private final ExecutorService waiters;
  private final Pointer notice = Memory.allocateDirect(Runtime.getSystemRuntime(), BYTES, true);

  /**
   * @param device the descriptor of {@code /dev/fuse}
   * @param stalls told that the thread waits
   * @param waiters who wait for the kernel in its place, see {@link PageWaiter}
   */
  StalePages(int device, StallListener stalls, ExecutorService waiters) {
    this.device = device;
    this.stalls = stalls;
    this.waiters = waiters;
    notice.putInt(Answer.LENGTH, BYTES);
    notice.putInt(KIND, INVAL_INODE);
  }

  /**
   * Drops those of a range of a node; those that are being read or written it waits for, so others
   * must be able to serve these.
   */
  void drop(long node, long position, long length) {
    notice.putLong(NODE, node);
    notice.putLong(POSITION, position);
    notice.putLong(LENGTH, length);
    stalls.stalling();
    try {
      int number = waiters.submit(this::send).get();
      Errno failure = LastErrno.named(number);
      if (number != 0 && failure != Errno.ENOENT && failure != Errno.ENODEV) {
        LOG.error("the page cache may be stale: {}", failure.description());
      }
    } catch (InterruptedException | ExecutionException e) {
      LOG.error("the page cache may be stale", e);
    } finally {
      stalls.resumed();
    }
  }

  /** 0, or why not: ENOENT if the node is forgotten, ENODEV if it is unmounted. */
  private int send() {
    return LibC.INSTANCE.write(device, notice.address(), BYTES) < 0 ? LastErrno.number() : 0;
  }
}
