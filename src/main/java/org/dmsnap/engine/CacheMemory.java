package org.dmsnap.engine;

/**
 * How much memory the new data of all origins of a server may wait in, together: a quarter of what
 * the machine or the control group allows, which the launcher says in the property {@code
 * dmsnap.memory}, in bytes; else as much as Java takes for its heap, which it reckons alike.
 *
 * <p>An origin that has none gets a piece at once, so what others hold, suspended ones and those
 * whose disk fails included, never stops it. Beyond that it may have as much as is left over, so
 * one alone has half, and each of n an n+1st part. Who has more than that since others came gives
 * all back, by a drain, before it gets any.
 *
 * <p>Any number of threads; nobody waits here.
 */
public final class CacheMemory {

  /** The part of the memory that is for new data, as of Java's heap. */
  private static final int PART = 4;

  private static final CacheMemory OF_SERVER = new CacheMemory(allowed());

  private final long most;
  private long used; // guarded by this

  /**
   * @param most bytes for all together, but that the first piece of each comes on top
   */
  CacheMemory(long most) {
    this.most = most;
  }

  /** That of this process. */
  public static CacheMemory ofServer() {
    return OF_SERVER;
  }

  /** As much as anyone asks for. */
  static CacheMemory unbounded() {
    return new CacheMemory(Long.MAX_VALUE);
  }

  private static long allowed() {
    Long memory = Long.getLong("dmsnap.memory");
    return memory == null ? Runtime.getRuntime().maxMemory() : memory / PART;
  }

  /** Bytes that may wait. */
  public long most() {
    return most;
  }

  /** Bytes that are taken for what waits. */
  public synchronized long used() {
    return used;
  }

  /**
   * Takes {@code more} bytes for who has {@code own}; false, and takes none, if that is too much.
   */
  synchronized boolean take(long own, long more) {
    boolean granted = own == 0 || own + more <= share(own);
    used += granted ? more : 0;
    return granted;
  }

  /** Takes what is in use already. */
  synchronized void takeAnyway(long bytes) {
    used += bytes;
  }

  /** Takes back. */
  synchronized void giveBack(long bytes) {
    used -= bytes;
  }

  /** How much who has {@code own} bytes may have in all, as things are. */
  synchronized long share(long own) {
    return (most - (used - own)) / 2;
  }
}
