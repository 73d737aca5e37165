package org.dmsnap.fuse;

import jnr.ffi.LibraryLoader;
import jnr.ffi.Pointer;
import jnr.ffi.annotations.Out;
import jnr.ffi.byref.IntByReference;
import jnr.ffi.byref.PointerByReference;
import jnr.ffi.types.size_t;
import org.jspecify.annotations.Nullable;

/**
 * The part of libfuse 2.9 that mounts, as root and by {@code fusermount}; see {@code fuse.h}. What
 * it makes beside that is given no request.
 *
 * <p>Not {@code fuse_mount}: the library has several versions of it, and a plain look-up finds the
 * oldest.
 */
public interface LibFuse {

  /** The library's file name; {@code libfuse2} (or {@code libfuse2t64}) installs it. */
  String NAME = "libfuse.so.2";

  /** Loads the library. */
  static LibFuse load() {
    return LibraryLoader.create(LibFuse.class).failImmediately().load(NAME);
  }

  /**
   * Mounts and makes the file system; null if that fails, with a line on standard error. With
   * {@code -f} it stays in the foreground. It takes signals that nobody handles; the virtual
   * machine handles all that it would.
   */
  @Nullable Pointer fuse_setup(
      int argumentCount,
      Pointer arguments,
      Pointer operations,
      @size_t long operationsBytes,
      @Out PointerByReference mountpoint,
      @Out IntByReference multithreaded,
      @Nullable Pointer userData);

  /** What receives the requests of the file system; see {@code fuse_lowlevel.h}. */
  Pointer fuse_get_session(Pointer fuse);

  /** The first channel of a session, after none. */
  Pointer fuse_session_next_chan(Pointer session, @Nullable Pointer after);

  /** The descriptor of {@code /dev/fuse}. */
  int fuse_chan_fd(Pointer channel);

  /**
   * Frees the file system, closes its channel and, if the mount is still there, unmounts it lazily.
   * No loop may be running.
   *
   * @param mountpoint as got from {@link #fuse_setup}
   */
  void fuse_teardown(Pointer fuse, Pointer mountpoint);
}
