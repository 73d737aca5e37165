package org.dmsnap.fuse;

import java.util.HashMap;
import java.util.Map;
import org.dmsnap.pool.volume.Device;

/** The {@link PageCache} of each volume that was opened; a name that is used again has its own. */
final class PageCaches {

  private final Map<String, PageCache> caches = new HashMap<>(); // guarded by this
  private final boolean afterAnother;

  /**
   * @param afterAnother whether another server had the mount until now
   */
  PageCaches(boolean afterAnother) {
    this.afterAnother = afterAnother;
  }

  /** That of {@code device}. */
  synchronized PageCache of(Device device) {
    return caches.computeIfAbsent(device.name(), name -> made());
  }

  private PageCache made() {
    return afterAnother ? PageCache.afterAnother() : new PageCache();
  }
}
