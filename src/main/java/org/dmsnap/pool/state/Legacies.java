package org.dmsnap.pool.state;

import java.io.IOException;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.dmsnap.block.BackingDirectory;
import org.dmsnap.block.BlockDevice;
import org.dmsnap.block.ChangeTime;
import org.dmsnap.block.DatedDevice;
import org.dmsnap.block.HandedOn;
import org.dmsnap.engine.CacheMemory;
import org.dmsnap.pool.table.Commit;
import org.dmsnap.store.CowFile;
import org.dmsnap.succession.Legacy;
import org.dmsnap.succession.Legacy.Kind;
import org.dmsnap.succession.Succession;
import org.jspecify.annotations.Nullable;

/**
 * What the volumes of a pool leave to whoever succeeds this server, by their devices: an origin by
 * its name, which the table lists; a persistent snapshot by its COW file, since a reset gives it
 * another; a transient one by its name and a number.
 *
 * <p>Any number of threads.
 */
public final class Legacies {

  private static final char COUNTER = '@'; // between a transient snapshot's name and its number

  /** That of the newest transient snapshot; higher than those of any server before. */
  private static final AtomicLong NEWEST = new AtomicLong(System.currentTimeMillis() << 16);

  private final BackingDirectory directory;
  private final Succession succession;
  private final IdentityHashMap<BlockDevice, Legacy> byCow =
      new IdentityHashMap<>(); // guarded by this

  private Legacies(BackingDirectory directory, Succession succession) {
    this.directory = directory;
    this.succession = succession;
  }

  /**
   * Of the pool in {@code directory}.
   *
   * @throws org.dmsnap.block.ErrnoException if what a predecessor left cannot be read, saying why
   */
  public static Legacies of(BackingDirectory directory, PoolOptions options, HandedOn handedOn)
      throws IOException {
    long waiting = CacheMemory.ofServer().most();
    return new Legacies(
        directory, options.readOnly() ? Succession.NONE : Succession.of(handedOn, waiting));
  }

  /** Who succeeds. */
  public Succession succession() {
    return succession;
  }

  /** That of an origin that is loaded. */
  public Legacy ofOrigin(String name) throws IOException {
    return succession.claim(Kind.ORIGIN, name);
  }

  /** That of an origin that has just come to be. */
  public Legacy ofNewOrigin(String name) throws IOException {
    return succession.begin(Kind.ORIGIN, name, "");
  }

  /** That of a snapshot that is loaded from a file. */
  public Legacy ofSnapshot(BackingDirectory.@Nullable Stat file) throws IOException {
    return file == null ? Legacy.NONE : succession.claim(Kind.SNAPSHOT, file.identity());
  }

  /** A new COW file, called {@code name}, and what it leaves. */
  DatedDevice ofNewCow(String name, BlockDevice file) throws IOException {
    BackingDirectory.Stat stat = directory.stat(name);
    Legacy legacy =
        stat == null ? Legacy.NONE : succession.begin(Kind.SNAPSHOT, stat.identity(), "");
    return dated(file, legacy, ChangeTime.now());
  }

  /** A new COW file without a name, of the snapshot with that table {@code line}. */
  DatedDevice ofUnnamed(String snapshot, String line, BlockDevice file) throws IOException {
    String key = snapshot + COUNTER + NEWEST.incrementAndGet();
    Legacy legacy = succession.begin(Kind.TRANSIENT, key, line);
    if (succession.any()) {
      directory.keepUnnamed(succession.handedOn(), Succession.cowName(key), file);
    }
    return dated(file, legacy, ChangeTime.now());
  }

  /** The name of the transient snapshot with that key. */
  public static String name(String key) {
    int end = key.lastIndexOf(COUNTER);
    return end < 0 ? key : key.substring(0, end);
  }

  /** A COW file whose snapshot leaves {@code legacy}. */
  public DatedDevice dated(BlockDevice file, Legacy legacy, long changed) {
    DatedDevice cow = new DatedDevice(file, legacy.time(true, changed));
    synchronized (this) {
      byCow.put(cow, legacy);
    }
    return cow;
  }

  /** What the snapshot on a COW file leaves. */
  public synchronized Legacy of(@Nullable BlockDevice cow) {
    Legacy known = byCow.get(cow);
    return known == null ? Legacy.NONE : known;
  }

  /** A COW file, with what its snapshot leaves. */
  public CowFile file(BlockDevice cow) {
    return new CowFile(cow, of(cow));
  }

  /** The keys of the transient snapshots that are there. */
  public synchronized List<String> transients() throws IOException {
    List<String> keys = new ArrayList<>();
    for (Legacy legacy : byCow.values()) {
      if (legacy.isTransient()) {
        keys.add(legacy.key());
      }
    }
    return keys;
  }

  /**
   * The transient snapshots on these COW files are there from now on, also for a successor. With
   * the last of them their command has happened, if the table does not tell of it.
   */
  public void taken(List<? extends BlockDevice> cows) throws IOException {
    for (int i = 0; i < cows.size(); i++) {
      Legacy legacy = of(cows.get(i));
      if (i < cows.size() - 1 || legacy == Legacy.NONE) {
        legacy.taken();
      } else {
        Commit.taking(legacy.key(), legacy::taken);
      }
    }
  }

  /** The snapshot on a COW file is gone, if there was one; before the file is. */
  public void gone(@Nullable BlockDevice cow) throws IOException {
    Legacy legacy = of(cow);
    if (legacy.isTransient()) {
      Commit.removing(legacy.key(), legacy::release);
    } else {
      legacy.release();
    }
    synchronized (this) {
      byCow.remove(cow);
    }
  }
}
