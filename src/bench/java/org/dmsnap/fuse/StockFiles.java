package org.dmsnap.fuse;

import java.io.IOException;
import jnr.constants.platform.Errno;
import jnr.ffi.Pointer;
import org.dmsnap.block.ErrnoException;
import org.dmsnap.block.NativeBuffer;
import org.dmsnap.pool.Pool;
import org.dmsnap.pool.volume.Device;
import ru.serce.jnrfuse.FuseStubFS;
import ru.serce.jnrfuse.struct.FileStat;
import ru.serce.jnrfuse.struct.FuseFileInfo;

/** The volumes of a pool as libfuse calls back for them, by way of jnr-fuse. */
final class StockFiles extends FuseStubFS {

  private static final int ALL = 0666;

  private final Pool pool;

  StockFiles(Pool pool) {
    this.pool = pool;
  }

  @Override
  public int getattr(String path, FileStat stat) {
    if (path.equals("/")) {
      stat.st_mode.set(FileStat.S_IFDIR | ALL | 0111);
      return 0;
    }
    Device device = pool.device(path.substring(1));
    if (device == null) {
      return -Errno.ENOENT.intValue();
    }
    stat.st_mode.set(FileStat.S_IFREG | ALL);
    stat.st_nlink.set(1);
    stat.st_size.set(device.size());
    return 0;
  }

  @Override
  public int read(String path, Pointer buffer, long length, long position, FuseFileInfo info) {
    try {
      Device device = device(path);
      int clipped = (int) Math.max(0, Math.min(length, device.size() - position));
      device.read(position, new NativeBuffer().wrap(buffer.address(), clipped), clipped);
      return clipped;
    } catch (Throwable failure) {
      return Errors.toErrno("read", failure);
    }
  }

  @Override
  public int write(String path, Pointer buffer, long length, long position, FuseFileInfo info) {
    try {
      int bytes = (int) length;
      device(path).write(position, new NativeBuffer().wrap(buffer.address(), bytes), bytes);
      return bytes;
    } catch (Throwable failure) {
      return Errors.toErrno("write", failure);
    }
  }

  private Device device(String path) throws IOException {
    Device device = pool.device(path.substring(1));
    if (device == null) {
      throw new ErrnoException(Errno.ENOENT, path);
    }
    return device;
  }
}
