package org.dmsnap.fuse;

import jnr.ffi.Pointer;
import org.jspecify.annotations.Nullable;
import ru.serce.jnrfuse.FuseCallbacks;
import ru.serce.jnrfuse.struct.FuseOperations;

/** Reads and writes as libfuse calls back for them, bound past jnr-fuse's structs. */
final class StockCallbacks {

  private final HandleTable handles;

  // fields, since native code alone keeps nothing alive
  private final FuseCallbacks.ReadCallback read = this::read;
  private final FuseCallbacks.WriteCallback write = this::write;

  StockCallbacks(HandleTable handles) {
    this.handles = handles;
  }

  void bind(FuseOperations operations) {
    operations.read.set(read);
    operations.write.set(write);
  }

  private int read(
      @Nullable String path, Pointer buffer, long length, long position, Pointer info) {
    try {
      return handles.get(FileFlags.handle(info)).read(buffer, (int) length, position);
    } catch (Throwable failure) {
      return Errors.toErrno("read", failure);
    }
  }

  private int write(
      @Nullable String path, Pointer buffer, long length, long position, Pointer info) {
    try {
      return handles.get(FileFlags.handle(info)).write(buffer, (int) length, position);
    } catch (Throwable failure) {
      return Errors.toErrno("write", failure);
    }
  }
}
