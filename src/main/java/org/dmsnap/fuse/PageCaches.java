package org.dmsnap.fuse;

import java.util.HashMap;
import java.util.Map;
import org.dmsnap.pool.volume.Device;

/** The {@link PageCache} of each volume that was opened; a name that is used again has its own. */
final class PageCaches {

  private final Map<String, PageCache> caches = new HashMap<>(); // guarded by this

  /** That of {@code device}. */
  synchronized PageCache of(Device device) {
    return caches.computeIfAbsent(device.name(), name -> new PageCache());
  }
}
