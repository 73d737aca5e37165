package org.dmsnap.fuse;

import java.io.IOException;
import jnr.constants.platform.Errno;
import jnr.ffi.Pointer;
import org.dmsnap.block.ErrnoException;
import org.dmsnap.block.NativeBuffer;
import org.dmsnap.engine.StallListener;
import org.dmsnap.pool.volume.Device;
import ru.serce.jnrfuse.struct.FileStat;

/** An open device: behaves as a block device does, transfers go straight to and from its target. */
final class DeviceHandle extends Handle {

  // linux/falloc.h
  private static final int ZERO_RANGE = 0x10;
  private static final int ZERO_RANGE_KEEP_SIZE = 0x11;
  private static final int PUNCH_HOLE_KEEP_SIZE = 0x03;

  /** A window for each thread, laid over one request's memory after the other. */
  private static final ThreadLocal<NativeBuffer> WINDOWS =
      ThreadLocal.withInitial(NativeBuffer::new);

  private final Device device;
  private final StallListener stalls;
  private final PageCache cache;
  private final boolean readWrite;

  /**
   * @param cache what the kernel has cached of the volume
   * @param readWrite whether it was opened for both, as who makes an image of a file does
   */
  DeviceHandle(Node.Block node, StallListener stalls, PageCache cache, boolean readWrite)
      throws IOException {
    super(node);
    this.device = node.device();
    this.stalls = stalls;
    this.cache = cache;
    this.readWrite = readWrite;
    device.opened();
  }

  @Override
  int read(Pointer buffer, int length, long position) throws IOException {
    int clipped = (int) clip(length, position);
    if (clipped > 0) {
      device.read(position, WINDOWS.get().wrap(buffer.address(), clipped), clipped);
    }
    return clipped;
  }

  @Override
  int write(Pointer buffer, int length, long position) throws IOException {
    int clipped = (int) clip(length, position);
    if (clipped > 0) {
      device.write(position, WINDOWS.get().wrap(buffer.address(), clipped), clipped);
    } else if (length > 0) {
      return -Errno.ENOSPC.intValue();
    }
    return clipped;
  }

  @Override
  long size() {
    return device.size();
  }

  @Override
  long dataFrom(long position) throws IOException {
    stalls.stalling(); // the file system beneath may have to read where it has what
    try {
      return device.dataFrom(position);
    } finally {
      stalls.resumed();
    }
  }

  @Override
  long holeFrom(long position) throws IOException {
    stalls.stalling(); // likewise
    try {
      return device.holeFrom(position);
    } finally {
      stalls.resumed();
    }
  }

  @Override
  PageCache cache() {
    return cache;
  }

  @Override
  boolean writesHeld() {
    return device.writesHeld();
  }

  @Override
  void stat(FileStat stat, Attributes attributes) {
    attributes.block(stat, device);
  }

  /**
   * As by path. To 0 nothing happens either, if it was opened for reading, too: so does qemu-img
   * begin before it sets the size. Whoever opens it to cut it alone, as truncate(1), is told.
   */
  @Override
  void truncate(long size) throws IOException {
    if (size != 0 || !readWrite) {
      OpenFiles.checkSize(device, size);
    }
  }

  @Override
  void flush() throws IOException {
    stalls.stalling(); // a few slow syncs must not take every thread that could read
    try {
      device.flush();
    } finally {
      stalls.resumed();
    }
  }

  @Override
  void allocate(int mode, long position, long length) throws IOException {
    long start = Math.min(position, device.size());
    long clipped = clip(length, start); // 0 beyond the end, where what is refused is refused, too
    switch (mode) {
      case PUNCH_HOLE_KEEP_SIZE -> device.discard(start, clipped);
      case ZERO_RANGE, ZERO_RANGE_KEEP_SIZE -> device.zero(start, clipped);
      default ->
          throw new ErrnoException(
              Errno.EOPNOTSUPP, "fallocate " + device.name() + ": unknown mode " + mode);
    }
  }

  @Override
  void release() {
    device.released();
  }

  private long clip(long length, long position) {
    return Math.max(0, Math.min(length, device.size() - position));
  }
}
