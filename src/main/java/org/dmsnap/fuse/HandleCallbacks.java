package org.dmsnap.fuse;

import java.io.IOException;
import jnr.ffi.Pointer;
import jnr.ffi.Struct;
import org.jspecify.annotations.Nullable;
import ru.serce.jnrfuse.FuseCallbacks;
import ru.serce.jnrfuse.struct.FuseOperations;

/**
 * The callbacks that know their file by its handle, and of libfuse get no path. Reads and writes
 * are not among them: {@link DataRequests}.
 */
final class HandleCallbacks {

  // struct fuse_operations, libfuse 2.9, 64-bit: 38 callbacks, then the flags
  private static final int FLAGS_OFFSET = 38 * Long.BYTES;
  private static final byte NULLPATH_OK_AND_NOPATH = 0b11;

  private final HandleTable handles;

  // fields, since native code alone keeps nothing alive
  private final FuseCallbacks.FsyncCallback fsync = this::fsync;
  private final FuseCallbacks.FtruncateCallback ftruncate = this::ftruncate;
  private final FuseCallbacks.FallocateCallback fallocate = this::fallocate;
  private final FuseCallbacks.ReleaseCallback release = this::release;
  private final FuseCallbacks.ReleasedirCallback releasedir = this::release;

  HandleCallbacks(HandleTable handles) {
    this.handles = handles;
  }

  /** Puts the callbacks in the place of jnr-fuse's, which build a struct for every request. */
  void bind(FuseOperations operations) {
    operations.fsync.set(fsync);
    operations.ftruncate.set(ftruncate);
    operations.fallocate.set(fallocate);
    operations.release.set(release);
    operations.releasedir.set(releasedir);
    Struct.getMemory(operations).putByte(FLAGS_OFFSET, NULLPATH_OK_AND_NOPATH);
  }

  private int fsync(@Nullable String path, int dataOnly, Pointer info) {
    try {
      handle(info).flush();
      return 0;
    } catch (Throwable failure) {
      return Errors.toErrno("fsync", failure);
    }
  }

  private int ftruncate(@Nullable String path, long size, Pointer info) {
    try {
      handle(info).truncate(size);
      return 0;
    } catch (Throwable failure) {
      return Errors.toErrno("ftruncate", failure);
    }
  }

  private int fallocate(@Nullable String path, int mode, long position, long length, Pointer info) {
    try {
      handle(info).allocate(mode, position, length);
      return 0;
    } catch (Throwable failure) {
      return Errors.toErrno("fallocate", failure);
    }
  }

  private int release(@Nullable String path, Pointer info) {
    try {
      handles.remove(FileFlags.handle(info)).release();
      return 0;
    } catch (Throwable failure) {
      return Errors.toErrno("release", failure);
    }
  }

  private Handle handle(Pointer info) throws IOException {
    return handles.get(FileFlags.handle(info));
  }
}
