package org.dmsnap.pool.volume;

/** Is told when what others have cached of an open volume must go; implemented by a front-end. */
@FunctionalInterface
public interface CacheListener {

  /** No front-end, no caches. */
  CacheListener NONE = name -> {};

  /**
   * The content of a volume has changed beneath those who have it open. Called on a command's
   * thread, with no gate held; the volume can be opened meanwhile, and its requests are served.
   */
  void stale(String name);
}
