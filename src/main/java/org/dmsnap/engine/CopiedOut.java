package org.dmsnap.engine;

import java.io.IOException;

/** The snapshots of an origin, as the cache of its image sees them. */
final class CopiedOut implements WriteCache.Protection {

  private final Origin origin;

  /** Those of {@code origin}. */
  CopiedOut(Origin origin) {
    this.origin = origin;
  }

  @Override
  public void harden() {
    for (Snapshot snapshot : origin.all()) {
      snapshot.copyOut().hardenAll();
    }
  }

  @Override
  public boolean settled(long position, long length) throws IOException {
    boolean settled = true;
    CopyOutMode mode = CopyOutMode.of(origin.overflow());
    for (Snapshot snapshot : origin.all()) {
      settled &= snapshot.copyOut().demand(position, length, mode);
    }
    return settled;
  }
}
