package org.dmsnap.pool.volume;

/** Whom to tell that what is cached of a volume is stale: the front-end, once there is one. */
public final class Caches {

  private volatile CacheListener listener = CacheListener.NONE;

  /** Tells {@code told} from now on. */
  public void listener(CacheListener told) {
    listener = told;
  }

  /** Has {@code volume}'s caches dropped. */
  public void drop(Volume volume) {
    listener.stale(volume.name());
  }
}
