package org.dmsnap.fuse;

import java.io.IOException;
import jnr.constants.platform.Errno;
import org.dmsnap.block.ErrnoException;
import org.dmsnap.control.Conversation;
import org.dmsnap.engine.StallListener;
import org.dmsnap.pool.Pool;
import org.dmsnap.pool.volume.Device;
import org.jspecify.annotations.Nullable;

/** Opens nodes: who may, and what the kernel may cache of them. */
final class OpenFiles {

  private final Pool pool;
  private final StallListener stalls;
  private final PageCaches caches;

  /**
   * @param afterAnother whether another server had the mount until now
   */
  OpenFiles(Pool pool, StallListener stalls, boolean afterAnother) {
    caches = new PageCaches(afterAnother);
    this.pool = pool;
    this.stalls = stalls;
  }

  /** Opens {@code node} as {@code opening} asks for, and says there what may be cached. */
  Handle open(Node node, Opening opening) throws IOException {
    if (node instanceof Node.Block block) {
      if (opening.forWriting()) {
        checkWritable(block.device());
      }
      return openDevice(block, opening);
    }
    opening.directIo();
    if (node instanceof Node.Control control) {
      return new ControlHandle(control, control.command().open(pool), stalls);
    }
    if (node instanceof Node.Text text) {
      if (opening.forWriting()) {
        throw readOnlyText();
      }
      return new TextHandle(text);
    }
    throw new ErrnoException(Errno.EISDIR, "open: a directory");
  }

  /**
   * truncate(2) by path, which is also what the kernel sends for {@code O_TRUNC}: to 0 it is
   * accepted and changes nothing; so is the size that it has.
   */
  static void truncate(Node node, long size) throws IOException {
    if (node instanceof Node.Block block) {
      checkWritable(block.device());
      if (size != 0) {
        checkSize(block.device(), size);
      }
    } else if (node instanceof Node.Text) {
      throw readOnlyText();
    } else if (node instanceof Node.Directory) {
      throw new ErrnoException(Errno.EISDIR, "truncate: a directory");
    }
  }

  /** A device can be set to the size that it has, as copying programs do, and to no other. */
  static void checkSize(Device device, long size) throws ErrnoException {
    if (size != device.size()) {
      throw new ErrnoException(Errno.EINVAL, "truncate " + device.name() + ": its size is fixed");
    }
  }

  /**
   * Opens a control file that was open under another server.
   *
   * @param left what it read as there, or null if that was its usage
   */
  Handle reopenControl(Node.Control node, byte @Nullable [] left) {
    Conversation file = node.command().open(pool);
    file.resume(left == null ? node.usage() : left);
    return new ControlHandle(node, file, stalls);
  }

  /** Opens a device as {@code opening} asks for, whether or not it could be opened so now. */
  Handle openDevice(Node.Block node, Opening opening) throws IOException {
    Device device = node.device();
    PageCache cache = caches.of(device);
    Handle handle = new DeviceHandle(node, stalls, cache, opening.forReadingAndWriting());
    if (device.hidden()) {
      opening.directIo();
    } else if (cache.good(device)) {
      opening.keepCache();
    }
    return handle;
  }

  private static void checkWritable(Device device) throws IOException {
    if (device.hidden()) {
      throw new ErrnoException(Errno.EACCES, device.name() + " is for reading only");
    }
    if (!device.writable()) {
      throw new ErrnoException(Errno.EROFS, device.name() + " is served read-only");
    }
  }

  private static ErrnoException readOnlyText() {
    return new ErrnoException(Errno.EACCES, "text files are for reading only");
  }
}
