package org.dmsnap.fuse;

import jnr.ffi.LibraryLoader;
import jnr.ffi.Pointer;
import jnr.ffi.annotations.Out;
import jnr.ffi.byref.IntByReference;
import jnr.ffi.byref.PointerByReference;
import jnr.ffi.types.size_t;
import jnr.ffi.types.uintptr_t;
import org.jspecify.annotations.Nullable;

/**
 * The part of libfuse 2.9 that makes a session; see {@code fuse.h}.
 *
 * <p>Unlike {@code fuse_main} it leaves the threads to the caller: requests may be received and
 * processed on any number of threads at once, each with memory of its own. Not {@code fuse_mount}
 * and {@code fuse_new}: the library has four versions of the latter, and a plain look-up finds the
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

  /** How many bytes a request may have. */
  @size_t
  long fuse_chan_bufsize(Pointer channel);

  /** The descriptor of {@code /dev/fuse}. */
  int fuse_chan_fd(Pointer channel);

  /**
   * A channel over an open file: whoever processes a request with it has the answer written there.
   * Null if there is no memory.
   */
  @Nullable Pointer fuse_kern_chan_new(int fd);

  /** Frees a channel that no session has, and closes its file. */
  void fuse_chan_destroy(Pointer channel);

  /**
   * Waits for a request.
   *
   * @param channel the address of the channel's address, which this may replace
   * @param memory the address to put it at
   * @return its bytes, 0 if the mount is gone, or the negative errno
   */
  int fuse_chan_recv(@uintptr_t long channel, @uintptr_t long memory, @size_t long capacity);

  /** Answers the request at that address. */
  void fuse_session_process(
      Pointer session, @uintptr_t long request, @size_t long length, Pointer channel);

  /**
   * Frees the file system, closes its channel and, if the mount is still there, unmounts it lazily.
   * No loop may be running.
   *
   * @param mountpoint as got from {@link #fuse_setup}
   */
  void fuse_teardown(Pointer fuse, Pointer mountpoint);
}
