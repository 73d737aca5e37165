package org.dmsnap.pool;

/** Whom to tell that what is cached of a volume is stale: the front-end, once there is one. */
final class Caches {

  private volatile CacheListener listener = CacheListener.NONE;

  /** Tells {@code told} from now on. */
  void listener(CacheListener told) {
    listener = told;
  }

  /** Has {@code volume}'s caches dropped. */
  void drop(Volume volume) {
    listener.stale(volume.name());
  }
}
