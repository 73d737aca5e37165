package org.dmsnap.pool.table;

import org.dmsnap.store.ChunkSize;
import org.dmsnap.store.ExceptionStoreType;

/** The parameters of a snapshot's table line: {@code ORIGIN-real NAME-cow P 16 …}. */
final class SnapshotWords {

  private SnapshotWords() {}

  /** The snapshot {@code name} that they say, which can be listed; whatever is wrong is said. */
  static SnapshotEntry parse(String name, long sectors, String[] words) {
    SnapshotEntry entry = parseAny(name, sectors, words);
    if (!ExceptionStoreType.of(entry.type()).persistent()) {
      throw new IllegalArgumentException("a transient snapshot (N) cannot be listed: " + name);
    }
    return entry;
  }

  /** The snapshot {@code name} that they say; whatever is wrong is said. */
  static SnapshotEntry parseAny(String name, long sectors, String[] words) {
    if (words.length < 4) {
      throw new IllegalArgumentException("requires 4 or more arguments: ORIGIN-real COW P CHUNK");
    }
    VolumeName.check(name);
    String origin = TableParser.stripped(words[0], PoolFiles.REAL);
    if (!words[1].equals(name + PoolFiles.COW)) {
      throw new IllegalArgumentException(
          "the COW device of " + name + " is " + name + PoolFiles.COW + ", not " + words[1]);
    }
    ExceptionStoreType type = ExceptionStoreType.of(words[2]);
    int chunk = (int) Math.min(Integer.MAX_VALUE, TableParser.number(words[3]));
    if (chunk != 0) {
      chunk = new ChunkSize(chunk).sectors();
    }
    return new SnapshotEntry(origin, sectors, type.code(), chunk, FeatureWords.parse(words), 0);
  }
}
