package org.dmsnap.engine;

import java.io.IOException;
import java.util.concurrent.locks.StampedLock;

/** Copies what of an origin snapshots lack, region by region, each under its lock. */
final class CopyOuts {

  private CopyOuts() {}

  /** Gives {@code all} exceptions for a range of {@code origin}; does what {@code mode} says. */
  static void copyOut(Origin origin, Snapshot[] all, long position, long length, CopyOutMode mode)
      throws IOException {
    ChunkLocks regions = origin.locks();
    for (long at = position, end = position + length; at < end; ) {
      int piece = regions.lengthWithin(at, end - at);
      StampedLock lock = regions.of(at);
      long stamp = lock.writeLock(); // from the look-up until the exceptions are added
      try {
        copyOutRegion(all, at, piece, new ChunkCopier(origin.image(), mode), mode);
      } finally {
        lock.unlockWrite(stamp);
      }
      at += piece;
    }
  }

  /** What is acknowledged must be found by a successor, and so must what was copied out for it. */
  static void awaitLeft(Origin origin, long position, long length) throws IOException {
    for (Snapshot snapshot : origin.all()) {
      if (!snapshot.store().left()) {
        origin.harden(position, length, CopyOutMode.of(origin.overflow()));
        return;
      }
    }
  }

  private static void copyOutRegion(
      Snapshot[] all, long position, int length, ChunkCopier copier, CopyOutMode mode)
      throws IOException {
    try {
      for (Snapshot snapshot : all) {
        snapshot.copyOut().plan(position, length, copier, mode);
      }
      copier.run();
    } finally {
      copier.abandonRest();
    }
  }
}
