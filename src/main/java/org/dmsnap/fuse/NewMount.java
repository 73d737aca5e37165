package org.dmsnap.fuse;

import java.io.IOException;
import java.lang.ref.Reference;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import jnr.constants.platform.Errno;
import jnr.ffi.Memory;
import jnr.ffi.Pointer;
import jnr.ffi.Runtime;
import jnr.ffi.Struct;
import jnr.ffi.byref.IntByReference;
import jnr.ffi.byref.PointerByReference;
import org.dmsnap.block.ErrnoException;
import org.jspecify.annotations.Nullable;
import ru.serce.jnrfuse.struct.FuseOperations;

/**
 * A mount that libfuse makes: as root by itself, else by {@code fusermount}. Of its operations it
 * has none, for it is given no request.
 */
final class NewMount implements Connection {

  private static final Path DEVICE = Path.of("/dev/fuse");

  private final LibFuse libFuse;
  private final Pointer fuse;
  private final PointerByReference mountpoint = new PointerByReference();

  private NewMount(LibFuse libFuse, List<String> words, List<String> warnings) throws IOException {
    this.libFuse = libFuse;
    try (StandardErrorTap tap = StandardErrorTap.open()) {
      @Nullable Pointer made = setUp(words);
      List<String> said = tap.lines();
      if (made == null) {
        throw new ErrnoException(
            Errno.EPERM, "cannot mount over " + words.get(words.size() - 1) + ": " + refusal(said));
      }
      warnings.addAll(said);
      fuse = made;
    }
  }

  /**
   * Mounts.
   *
   * @param options told what libfuse warns of
   * @throws ErrnoException saying why it could not, and what to do
   */
  static NewMount over(Path mountpoint, LibFuseOptions options) throws IOException {
    return new NewMount(library(), options.arguments(mountpoint), options.warnings());
  }

  /** The library; whoever lacks it or {@code /dev/fuse} is told, before anything is done. */
  static LibFuse library() throws ErrnoException {
    if (!Files.exists(DEVICE)) {
      throw new ErrnoException(
          Errno.ENODEV,
          "there is no "
              + DEVICE
              + ": load the module (modprobe fuse), or give it to the container");
    }
    if (!Files.isReadable(DEVICE) || !Files.isWritable(DEVICE)) {
      throw new ErrnoException(
          Errno.EACCES,
          "you may not use " + DEVICE + "; as root: chmod 666 " + DEVICE + ", or mount as root");
    }
    try {
      return LibFuse.load();
    } catch (UnsatisfiedLinkError missing) {
      throw new ErrnoException(
          Errno.ENOENT,
          "cannot load " + LibFuse.NAME + ": install libfuse2 (libfuse2t64 on newer systems)",
          missing);
    }
  }

  private static String refusal(List<String> said) {
    return said.isEmpty()
        ? "it must be writable by you, and fusermount be installed"
        : String.join("; ", said);
  }

  private @Nullable Pointer setUp(List<String> words) {
    Runtime runtime = Runtime.getSystemRuntime();
    ArgumentVector arguments = new ArgumentVector(runtime, words);
    int bytes = Struct.size(new FuseOperations(runtime));
    Pointer none = Memory.allocateDirect(runtime, bytes, true);
    try {
      return libFuse.fuse_setup(
          arguments.count(),
          arguments.pointer(),
          none,
          bytes,
          mountpoint,
          new IntByReference(),
          null);
    } finally {
      Reference.reachabilityFence(arguments);
    }
  }

  @Override
  public int device() {
    Pointer channel = libFuse.fuse_session_next_chan(libFuse.fuse_get_session(fuse), null);
    return libFuse.fuse_chan_fd(channel);
  }

  @Override
  public void close() {
    libFuse.fuse_teardown(fuse, mountpoint.getValue());
  }
}
