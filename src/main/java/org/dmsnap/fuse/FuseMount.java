package org.dmsnap.fuse;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import jnr.constants.platform.Errno;
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

  private final SessionLoop loop;
  private final Mountpoint mountpoint;
  private final Connection connection;
  private final FuseRequests requests;
  private final List<String> warnings;
  private boolean succeedable; // before the first request

  private FuseMount(
      SessionLoop loop,
      Mountpoint mountpoint,
      Connection connection,
      TreeRequests tree,
      List<String> warnings) {
    this.loop = loop;
    this.mountpoint = mountpoint;
    this.connection = connection;
    this.warnings = warnings;
    requests = new FuseRequests(connection.device(), tree, loop);
  }

  /** As below, with nobody to go on with the mount if this process ends. */
  public static FuseMount mount(Pool pool, SessionLoop loop, Path mountpoint, MountOptions options)
      throws IOException {
    return mount(pool, loop, mountpoint, options, null);
  }

  /**
   * Mounts {@code pool}, has it begin unless it has, and returns once the mount answers. What a
   * killed process left mounted there is taken away first.
   *
   * @param session where to leave what a successor needs; null for none
   * @throws ErrnoException saying why it could not, and what to do
   */
  public static FuseMount mount(
      Pool pool, SessionLoop loop, Path mountpoint, MountOptions options, @Nullable Session session)
      throws IOException {
    int user = MountCalls.INSTANCE.geteuid();
    LibFuseOptions words = new LibFuseOptions(options, user == 0);
    NewMount.library(); // or nothing is done for a mount
    TreeRequests tree = new TreeRequests(pool, loop, options, session);
    Mountpoint ready =
        Mountpoint.ready(mountpoint, options.handedOn().contains(MountOptions.NONEMPTY));
    if (words.rootAlone()) {
      tree.onlyFor(user);
    }
    Connection made = NewMount.over(ready.path(), words);
    FuseMount mount = new FuseMount(loop, ready, made, tree, words.warnings());
    mount.begin(pool);
    return mount.serving(pool);
  }

  /**
   * Goes on with the mount where another server has ended, and has {@code pool} begin.
   *
   * @param device the {@code /dev/fuse} that it had
   * @param mountpoint absolute and without links
   * @param session what it has left
   */
  public static FuseMount takeOver(
      Pool pool,
      SessionLoop loop,
      int device,
      Path mountpoint,
      MountOptions options,
      Session session)
      throws IOException {
    TreeRequests tree = new TreeRequests(pool, loop, options, session);
    tree.resume(); // before what waits for volumes to be closed is begun
    Connection left = Connection.inherited(device);
    FuseMount mount = new FuseMount(loop, Mountpoint.at(mountpoint), left, tree, List.of());
    pool.begin();
    mount.succeedable = true;
    mount.requests.comeAgain();
    return mount.serving(pool);
  }

  private FuseMount serving(Pool pool) {
    loop.start(requests);
    pool.cacheListener(name -> dropCache(name, pool));
    return this;
  }

  /** Only now, that nothing refuses the mount any more, does the pool change. */
  private void begin(Pool pool) throws IOException {
    try {
      pool.begin();
    } catch (IOException | RuntimeException failure) {
      connection.close();
      throw failure;
    }
    try {
      succeedable = requests.begin();
    } catch (IOException failure) {
      connection.close();
      throw failure;
    }
  }

  /** The descriptor of {@code /dev/fuse}, for whoever goes on with the mount. */
  public int device() {
    return connection.device();
  }

  /** Whether the kernel can send again what this leaves unanswered, so that another can go on. */
  public boolean succeedable() {
    return succeedable;
  }

  /** How many requests have come again that another server has left unanswered. */
  public int cameAgain() {
    return requests.again();
  }

  /** Has {@code action} run once the first request has been answered. */
  public void whenAnswered(Runnable action) {
    requests.whenAnswered(action);
  }

  /**
   * Begins no further request, and waits so long at most for those under way, but for the calling
   * thread's.
   */
  public void holdRequests(long millis) throws InterruptedException {
    requests.turns().hold(millis);
  }

  /** Undoes {@link #holdRequests}. */
  public void releaseRequests() {
    requests.turns().release();
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
    return warnings;
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
   * Waits for the last requests and lets go of the connection; after {@link #awaitUnmounted}.
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
    requests.close();
    connection.close();
  }

  private static ErrnoException interrupted(InterruptedException cause) {
    Thread.currentThread().interrupt();
    return new ErrnoException(Errno.EINTR, "interrupted while mounting or unmounting", cause);
  }
}
