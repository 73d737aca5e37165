package org.dmsnap.fuse;

import jnr.ffi.LibraryLoader;
import jnr.ffi.Pointer;
import jnr.ffi.annotations.Encoding;
import jnr.ffi.types.size_t;
import org.jspecify.annotations.Nullable;

/**
 * The part of libfuse 2.9 that makes a session; see {@code fuse.h}.
 *
 * <p>Unlike {@code fuse_main} it leaves the threads to the caller: {@link #fuse_loop} may be called
 * on any number of threads at once, each has a buffer of its own.
 */
@Encoding("UTF-8")
public interface LibFuse {

  /** The library's file name; {@code libfuse2} (or {@code libfuse2t64}) installs it. */
  String NAME = "libfuse.so.2";

  /** Loads the library. */
  static LibFuse load() {
    return LibraryLoader.create(LibFuse.class).failImmediately().load(NAME);
  }

  /** Mounts; {@code args} is a {@code struct fuse_args}. Answers the channel, or null. */
  @Nullable Pointer fuse_mount(String mountpoint, Pointer args);

  /** Makes the file system of a channel; answers null if an option is unknown. */
  @Nullable Pointer fuse_new(
      Pointer channel,
      Pointer args,
      Pointer operations,
      @size_t long operationsSize,
      @Nullable Pointer userData);

  /** Serves requests until the mount is gone; 0, or -1 if the device failed. */
  int fuse_loop(Pointer fuse);

  /** Closes the channel; of a mount that is still there, unmounts it lazily first. */
  void fuse_unmount(String mountpoint, Pointer channel);

  /** Frees the file system; no loop may be running. */
  void fuse_destroy(Pointer fuse);
}
