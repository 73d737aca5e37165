package org.dmsnap.pool;

import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.stream.IntStream;

/**
 * A volume that many threads use: each owns sectors of it, in strips that alternate, so that all of
 * them are at work in every chunk.
 *
 * @param name the volume's name
 * @param persistent whether it outlives the pool's being closed
 * @param written whether the threads write to it
 * @param use held shared by who uses it, exclusively by who takes it away or changes all of it
 * @param logs by owner
 */
record SoakVolume(
    String name, boolean persistent, boolean written, ReentrantReadWriteLock use, SoakLog[] logs) {

  static final int SECTOR = 512;
  static final int OWNERS = 5;
  static final int STRIP = 3; // sectors
  static final int STRIPS = 9; // of each owner
  static final int SECTORS = OWNERS * STRIP * STRIPS;

  /** A volume that holds {@code stamps}. */
  static SoakVolume of(String name, boolean persistent, boolean written, long[] stamps) {
    SoakLog[] logs =
        IntStream.range(0, OWNERS)
            .mapToObj(owner -> new SoakLog(own(owner, stamps)))
            .toArray(SoakLog[]::new);
    return new SoakVolume(name, persistent, written, new ReentrantReadWriteLock(true), logs);
  }

  /** The sectors of an owner, out of all. */
  static long[] own(int owner, long[] stamps) {
    return IntStream.range(0, STRIPS * STRIP)
        .mapToLong(index -> stamps[sector(owner, index)])
        .toArray();
  }

  /** Where the sector is that is an owner's {@code index}-th. */
  static int sector(int owner, int index) {
    return (index / STRIP * OWNERS + owner) * STRIP + index % STRIP;
  }

  /** What all of it holds, while nobody writes. */
  long[] now() {
    long[] stamps = new long[SECTORS];
    for (int owner = 0; owner < OWNERS; owner++) {
      long[] own = logs[owner].now();
      for (int index = 0; index < own.length; index++) {
        stamps[sector(owner, index)] = own[index];
      }
    }
    return stamps;
  }
}
