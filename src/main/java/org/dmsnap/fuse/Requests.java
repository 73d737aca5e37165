package org.dmsnap.fuse;

import java.util.function.BooleanSupplier;

/** The requests of a mount; any number of threads may serve them at once. */
interface Requests {

  /**
   * Serves requests while {@code wanted}, which is asked before each is taken.
   *
   * @return 0 when the mount is gone, less if the device failed, more if no longer wanted
   */
  int serveWhile(BooleanSupplier wanted);
}
