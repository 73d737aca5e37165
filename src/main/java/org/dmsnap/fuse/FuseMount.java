package org.dmsnap.fuse;

import java.io.IOException;
import java.lang.ref.Reference;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import jnr.constants.platform.Errno;
import jnr.ffi.Pointer;
import jnr.ffi.Runtime;
import jnr.ffi.byref.IntByReference;
import jnr.ffi.byref.PointerByReference;
import org.dmsnap.block.ErrnoException;
import org.dmsnap.kernel.ChildCommand;
import org.dmsnap.kernel.FileName;
import org.dmsnap.pool.Pool;
import org.jspecify.annotations.Nullable;

/**
 * A mounted pool.
 *
 * <p>To serve one: make a {@link SessionLoop}, open the pool with it as its {@code StallListener},
 * {@link #mount}, {@link #awaitUnmounted}, {@link Pool#commit} (which lets held requests go),
 * {@link #close}, {@link Pool#close}. To stop it from elsewhere, such as a shutdown hook, call
 * {@link #unmount} or at last {@link #detach}; the thread in {@link #awaitUnmounted} does the rest.
 *
 * <p>No thread of this process ever asks its own mount for anything. If it were killed meanwhile,
 * it would wait for an answer that nobody gives, in the kernel, while it keeps {@code /dev/fuse}
 * open, which keeps the kernel from giving up: such a process never ends.
 */
public final class FuseMount implements AutoCloseable {

  private static final Path DEVICE = Path.of("/dev/fuse");
  private static final long POLL_MILLIS = 100;

  private final LibFuse libFuse;
  private final DmsnapFuse fileSystem; // reachable as long as native code may call it
  private final SessionLoop loop;
  private final Mountpoint mountpoint;
  private final LibFuseOptions options;
  private final Pointer fuse;
  private final FuseRequests requests;
  private final PointerByReference libFuseMountpoint = new PointerByReference();

  private FuseMount(
      DmsnapFuse fileSystem, SessionLoop loop, Mountpoint mountpoint, LibFuseOptions options)
      throws IOException {
    this.libFuse = LibFuse.load();
    this.fileSystem = fileSystem;
    this.loop = loop;
    this.mountpoint = mountpoint;
    this.options = options;
    fuse = setUp();
    requests = new FuseRequests(libFuse, fuse, fileSystem.handles(), loop);
  }

  /**
   * Mounts {@code pool}, has it begin unless it has, and returns once the mount answers. What a
   * killed process left mounted there is taken away first.
   *
   * @throws ErrnoException saying why it could not, and what to do
   */
  public static FuseMount mount(Pool pool, SessionLoop loop, Path mountpoint, MountOptions options)
      throws IOException {
    boolean root = MountCalls.INSTANCE.geteuid() == 0;
    LibFuseOptions words = new LibFuseOptions(options, root);
    DmsnapFuse fileSystem = fileSystem(pool, loop, options); // or nothing is done for a mount
    Mountpoint ready =
        Mountpoint.ready(mountpoint, options.handedOn().contains(MountOptions.NONEMPTY));
    FuseMount mount = new FuseMount(fileSystem, loop, ready, words);
    mount.begin(pool);
    loop.start(mount.requests);
    mount.awaitBegin();
    pool.cacheListener(name -> mount.dropCache(name, pool));
    return mount;
  }

  /** Only now, that nothing refuses the mount any more, does the pool change. */
  private void begin(Pool pool) throws IOException {
    try {
      pool.begin();
    } catch (IOException | RuntimeException failure) {
      libFuse.fuse_teardown(fuse, libFuseMountpoint.getValue());
      throw failure;
    }
  }

  /** A fresh open of what has changed makes the kernel drop its pages, see {@link PageCaches}. */
  private void dropCache(String name, Pool pool) {
    String file = FileName.of(mountpoint.path().resolve(name));
    try {
      Process shell =
          new ProcessBuilder(ChildCommand.of(List.of("sh", "-c", ": <\"$0\"", file)))
              .redirectErrorStream(true)
              .start();
      shell.getOutputStream().close();
      String said = FileName.of(shell.getInputStream().readAllBytes());
      if (shell.waitFor() != 0) {
        throw new IOException(said.strip());
      }
    } catch (IOException failure) {
      pool.log().warning("the page cache of " + name + " may be stale: " + failure.getMessage());
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** Lines that the mounter should read, such as that root cannot come in; mostly none. */
  public List<String> warnings() {
    return options.warnings();
  }

  /** Where it is mounted, absolute. */
  public Path mountpoint() {
    return mountpoint.path();
  }

  /** Waits until the mount is gone, by whomever it was unmounted; requests may still be held. */
  public void awaitUnmounted() throws InterruptedException {
    loop.awaitEnd();
  }

  /** As {@link #awaitUnmounted()}, for so long at most; whether the mount is gone. */
  public boolean awaitUnmounted(long millis) throws InterruptedException {
    return loop.awaitEnd(millis);
  }

  /**
   * Unmounts, on any thread, if no file is open; returns when the mount is gone.
   *
   * @throws ErrnoException EBUSY if it is in use
   */
  public void unmount() throws IOException {
    mountpoint.unmount();
  }

  /** Takes the mount out of the tree though it is in use; it ends when the last file is closed. */
  public void detach() throws IOException {
    mountpoint.detach();
  }

  /**
   * Waits for the last requests and frees what libfuse holds; after {@link #awaitUnmounted}.
   *
   * @throws ErrnoException EINTR if the thread is interrupted meanwhile
   */
  @Override
  public void close() throws IOException {
    try {
      loop.join();
    } catch (InterruptedException interrupted) {
      throw interrupted(interrupted);
    }
    try {
      requests.close();
      libFuse.fuse_teardown(fuse, libFuseMountpoint.getValue());
    } finally {
      Reference.reachabilityFence(fileSystem);
    }
  }

  private static DmsnapFuse fileSystem(Pool pool, SessionLoop loop, MountOptions options)
      throws IOException {
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
      return new DmsnapFuse(pool, loop, options);
    } catch (UnsatisfiedLinkError missing) {
      throw new ErrnoException(
          Errno.ENOENT,
          "cannot load " + LibFuse.NAME + ": install libfuse2 (libfuse2t64 on newer systems)",
          missing);
    }
  }

  private Pointer setUp() throws IOException {
    try (StandardErrorTap tap = StandardErrorTap.open()) {
      @Nullable Pointer made = callSetUp(options.arguments(mountpoint.path()));
      List<String> said = tap.lines();
      if (made == null) {
        throw new ErrnoException(
            Errno.EPERM,
            "cannot mount over " + FileName.of(mountpoint.path()) + ": " + refusal(said));
      }
      options.warnings().addAll(said);
      return made;
    }
  }

  private static String refusal(List<String> said) {
    return said.isEmpty()
        ? "it must be writable by you, and fusermount be installed"
        : String.join("; ", said);
  }

  private @Nullable Pointer callSetUp(List<String> words) {
    ArgumentVector arguments = new ArgumentVector(Runtime.getSystemRuntime(), words);
    try {
      return libFuse.fuse_setup(
          arguments.count(),
          arguments.pointer(),
          fileSystem.operations(),
          fileSystem.operationsBytes(),
          libFuseMountpoint,
          new IntByReference(),
          null);
    } finally {
      Reference.reachabilityFence(arguments);
    }
  }

  private void awaitBegin() throws IOException {
    try {
      while (!requests.awaitBegin(POLL_MILLIS)) {
        if (loop.ended()) {
          close();
          throw new ErrnoException(
              Errno.EIO,
              FileName.of(mountpoint.path()) + " was unmounted before it answered anybody");
        }
      }
    } catch (InterruptedException interrupted) {
      throw interrupted(interrupted);
    } catch (ErrnoException refused) {
      detach();
      throw refused;
    }
  }

  private static ErrnoException interrupted(InterruptedException cause) {
    Thread.currentThread().interrupt();
    return new ErrnoException(Errno.EINTR, "interrupted while mounting or unmounting", cause);
  }
}
