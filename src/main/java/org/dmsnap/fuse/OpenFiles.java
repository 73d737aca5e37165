package org.dmsnap.fuse;

import java.io.IOException;
import jnr.constants.platform.Errno;
import jnr.ffi.Pointer;
import org.dmsnap.block.ErrnoException;
import org.dmsnap.control.ControlFile;
import org.dmsnap.engine.StallListener;
import org.dmsnap.pool.Pool;
import org.dmsnap.pool.volume.Device;

/** Opens nodes: who may, and what the kernel may cache of them. */
final class OpenFiles {

  private final Pool pool;
  private final StallListener stalls;
  private final PageCaches caches = new PageCaches();

  OpenFiles(Pool pool, StallListener stalls) {
    this.pool = pool;
    this.stalls = stalls;
  }

  /** Opens {@code node} as {@code info} asks for, and sets its cache bits there. */
  Handle open(Node node, Pointer info) throws IOException {
    if (node instanceof Node.Block block) {
      return openDevice(block, info);
    }
    FileFlags.setDirectIo(info);
    if (node instanceof Node.Control control) {
      return new ControlHandle(control, new ControlFile(control.command(), pool), stalls);
    }
    if (node instanceof Node.Text text) {
      if (FileFlags.forWriting(info)) {
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

  private Handle openDevice(Node.Block node, Pointer info) throws IOException {
    Device device = node.device();
    if (FileFlags.forWriting(info)) {
      checkWritable(device);
    }
    PageCache cache = caches.of(device);
    Handle handle = new DeviceHandle(node, stalls, cache, FileFlags.forReadingAndWriting(info));
    if (device.hidden()) {
      FileFlags.setDirectIo(info);
    } else if (cache.good(device)) {
      FileFlags.setKeepCache(info);
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
