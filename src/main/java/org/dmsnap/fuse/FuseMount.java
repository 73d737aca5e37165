package org.dmsnap.fuse;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.dmsnap.pool.Pool;

/**
 * A mounted pool.
 *
 * <p>To serve one: make a {@link SessionLoop}, open the pool with it as its {@code StallListener},
 * {@link #mount}, {@link #awaitUnmounted}, {@link Pool#commit} (which lets held requests go),
 * {@link #close}, {@link Pool#close}. To stop it from elsewhere, such as a shutdown hook, call
 * {@link #unmount} or at last {@link #detach}; the thread in {@link #awaitUnmounted} does the rest.
 */
public final class FuseMount implements AutoCloseable {

  private FuseMount() {}

  /**
   * Mounts {@code pool} and returns once the mount answers. What a killed process left mounted
   * there is taken away first.
   *
   * @throws org.dmsnap.block.ErrnoException saying why it could not, and what to do
   */
  public static FuseMount mount(Pool pool, SessionLoop loop, Path mountpoint, MountOptions options)
      throws IOException {
    throw new UnsupportedOperationException();
  }

  /** Lines that the mounter should read, such as that root cannot come in; mostly none. */
  public List<String> warnings() {
    throw new UnsupportedOperationException();
  }

  /** Where it is mounted, absolute. */
  public Path mountpoint() {
    throw new UnsupportedOperationException();
  }

  /** Waits until the mount is gone, by whomever it was unmounted; requests may still be held. */
  public void awaitUnmounted() throws InterruptedException {
    throw new UnsupportedOperationException();
  }

  /**
   * Unmounts, on any thread, if no file is open; returns when the mount is gone.
   *
   * @throws org.dmsnap.block.ErrnoException EBUSY if it is in use
   */
  public void unmount() throws IOException {
    throw new UnsupportedOperationException();
  }

  /** Takes the mount out of the tree though it is in use; it ends when the last file is closed. */
  public void detach() throws IOException {
    throw new UnsupportedOperationException();
  }

  /** Waits for the last requests and frees what libfuse holds; after {@link #awaitUnmounted}. */
  @Override
  public void close() throws IOException {
    throw new UnsupportedOperationException();
  }
}
