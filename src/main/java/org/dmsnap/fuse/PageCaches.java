package org.dmsnap.fuse;

import java.lang.ref.WeakReference;
import java.util.HashMap;
import java.util.Map;
import org.dmsnap.pool.volume.Device;
import org.jspecify.annotations.Nullable;

/**
 * Says whether what the kernel has cached of a volume is still good when it is opened: only if
 * nothing changed the content beneath the cache since the open before. An open that says no makes
 * the kernel drop all pages, also for files that others hold open.
 */
final class PageCaches {

  /** What a volume was at its last open; weak, since names come and go. */
  private record Seen(WeakReference<Device> device, long generation) {}

  private final Map<String, Seen> lastOpens = new HashMap<>(); // guarded by this

  /** Whether the cache is good for an open that happens now; remembers it. */
  synchronized boolean good(Device device) {
    long generation = device.generation();
    Seen now = new Seen(new WeakReference<>(device), generation);
    @Nullable Seen last = lastOpens.put(device.name(), now);
    return last != null && last.generation == generation && last.device.refersTo(device);
  }
}
