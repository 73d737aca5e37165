package org.dmsnap.fuse;

import java.io.IOException;
import jnr.ffi.Pointer;
import jnr.ffi.Struct;
import org.jspecify.annotations.Nullable;
import ru.serce.jnrfuse.FuseCallbacks;
import ru.serce.jnrfuse.struct.FuseOperations;

/**
 * The callbacks that know their file by its handle. libfuse hands them no path, and nothing but a
 * pointer or two is made for a request: find the file, call, map the failure.
 */
final class HandleCallbacks {

  // struct fuse_operations, libfuse 2.9, 64-bit: 38 callbacks, then the flags
  private static final int FLAGS_OFFSET = 38 * Long.BYTES;
  private static final byte NULLPATH_OK_AND_NOPATH = 0b11;

  private final HandleTable handles;

  // fields, since native code alone keeps nothing alive
  private final FuseCallbacks.ReadCallback read = this::read;
  private final FuseCallbacks.WriteCallback write = this::write;
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
    operations.read.set(read);
    operations.write.set(write);
    operations.fsync.set(fsync);
    operations.ftruncate.set(ftruncate);
    operations.fallocate.set(fallocate);
    operations.release.set(release);
    operations.releasedir.set(releasedir);
    Struct.getMemory(operations).putByte(FLAGS_OFFSET, NULLPATH_OK_AND_NOPATH);
  }

  private int read(
      @Nullable String path, Pointer buffer, long length, long position, Pointer info) {
    try {
      return handle(info).read(buffer, (int) length, position);
    } catch (Throwable failure) {
      return Errors.toErrno("read", failure);
    }
  }

  private int write(
      @Nullable String path, Pointer buffer, long length, long position, Pointer info) {
    try {
      return handle(info).write(buffer, (int) length, position);
    } catch (Throwable failure) {
      return Errors.toErrno("write", failure);
    }
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
