package org.dmsnap.succession;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import jnr.constants.platform.Errno;
import org.dmsnap.block.ErrnoException;
import org.dmsnap.block.HandedOn;
import org.dmsnap.block.SharedMemory;
import org.dmsnap.succession.Legacy.Kind;
import org.jspecify.annotations.Nullable;

/**
 * What the server of a pool leaves to whoever succeeds it, however it ends: a {@link Legacy} of
 * each volume. The rules:
 *
 * <ol>
 *   <li>What is acknowledged is in the pool's files, as the system has them, or here: so it is here
 *       before it is acknowledged, and until it is there.
 *   <li>Whatever is found here is complete: it is valid with a word that is stored last.
 *   <li>Whatever is found here is checked as anything foreign is; what cannot be is refused in
 *       words, and so is what a server of another {@link Layout#VERSION} left.
 * </ol>
 *
 * <p>A power cut takes all of it: it is no substitute for a sync. Any number of threads.
 */
public final class Succession {

  private static final int SPARE_BUFFERS = 1024; // each origin's first comes on top
  private static final long MOST_BUFFERS = 1 << 18; // 64 GiB

  /** Nobody succeeds. */
  public static final Succession NONE = new Succession(HandedOn.NONE, null);

  /** Everything, or nothing. */
  private record Tables(Layout layout, Records volumes, LeftExceptions left, SharedBlocks blocks) {}

  private final HandedOn handedOn;
  private final @Nullable Tables tables;
  private final Map<String, Legacy> unclaimed = new HashMap<>(); // by kind and key; by this
  private final Map<String, Legacy> claimed = new HashMap<>(); // by kind and key; guarded by this

  private Succession(HandedOn handedOn, @Nullable Tables tables) {
    this.handedOn = handedOn;
    this.tables = tables;
  }

  /**
   * What a predecessor left, or nothing yet.
   *
   * @param waiting how many bytes of new data may wait
   * @throws ErrnoException if that cannot be read, saying why
   */
  public static Succession of(HandedOn handedOn, long waiting) throws IOException {
    if (handedOn == HandedOn.NONE) {
      return NONE;
    }
    long buffers = Math.min(waiting / Layout.BUFFER_BYTES, MOST_BUFFERS) + SPARE_BUFFERS;
    Layout layout = Layout.of(handedOn, (int) buffers);
    Tables tables =
        new Tables(
            layout, layout.volumeRecords(), new LeftExceptions(layout), new SharedBlocks(layout));
    Succession succession = new Succession(handedOn, tables);
    succession.find(tables.volumes());
    return succession;
  }

  private void find(Records volumes) throws ErrnoException {
    for (int number = 0; number < volumes.used(); number++) {
      Legacy legacy = new Legacy(this, number);
      Kind kind = legacy.kind();
      if (kind == null) {
        volumes.giveBack(number);
      } else if (unclaimed.put(name(kind, legacy.key()), legacy) != null) {
        throw Layout.unreadable("two volumes " + legacy.key());
      }
    }
  }

  private static String name(Kind kind, String key) {
    return kind + " " + key;
  }

  /** Descriptors that outlive this process. */
  public HandedOn handedOn() {
    return handedOn;
  }

  /** Whether somebody may succeed. */
  public boolean any() {
    return tables != null;
  }

  /**
   * What a predecessor left of a volume, or a new one.
   *
   * @throws ErrnoException ENOSPC if there are too many volumes
   */
  public synchronized Legacy claim(Kind kind, String key) throws IOException {
    Legacy left = unclaimed.remove(name(kind, key));
    if (left == null) {
      return begin(kind, key, "");
    }
    claimed.put(name(kind, key), left);
    return left;
  }

  /**
   * A new one, of a volume that has just come to be; of a transient snapshot it counts once that is
   * {@linkplain Legacy#taken taken}.
   *
   * @param line the table line of one that no table lists, else empty
   * @throws ErrnoException ENOSPC if there are too many volumes
   */
  public synchronized Legacy begin(Kind kind, String key, String line) throws IOException {
    if (tables == null) {
      return Legacy.NONE;
    }
    Legacy gone = claimed.get(name(kind, key));
    if (gone != null) {
      release(gone); // whose file had the same number
    }
    int number = tables.volumes().take();
    if (number == Records.NONE) {
      throw new ErrnoException(
          Errno.ENOSPC, "there are too many volumes for one server; use another pool");
    }
    Legacy legacy = new Legacy(this, number);
    legacy.begin(key, line);
    if (kind != Kind.TRANSIENT) {
      legacy.count(kind);
    }
    claimed.put(name(kind, key), legacy);
    return legacy;
  }

  /** The keys of the transient snapshots that a predecessor left. */
  public synchronized List<String> transients() {
    List<String> keys = new ArrayList<>();
    String prefix = name(Kind.TRANSIENT, "");
    unclaimed.keySet().stream()
        .filter(name -> name.startsWith(prefix))
        .sorted()
        .forEach(name -> keys.add(name.substring(prefix.length())));
    return keys;
  }

  /** Forgets what was left of volumes that nobody has {@link #claim}ed. */
  public synchronized void forgetRest() throws IOException {
    if (tables != null) {
      tables.left().forgetRest();
      tables.blocks().forgetRest();
      claimed.putAll(unclaimed);
      for (Legacy legacy : unclaimed.values()) {
        release(legacy);
      }
      unclaimed.clear();
    }
  }

  /** The pool is closed, cleanly: nothing is left of it. */
  public synchronized void end() throws IOException {
    if (tables != null) {
      handedOn.drop(Layout.NAME); // first: all of it is left, or nothing
      for (Legacy legacy : claimed.values()) {
        drop(legacy);
      }
      memory().close();
    }
  }

  /** A volume is gone; what was of it goes first, or it would be its number's next owner's. */
  synchronized void release(Legacy legacy) throws IOException {
    if (claimed.values().remove(legacy)) {
      tables().left().removeAll(legacy.number());
      tables().blocks().removeAll(legacy.number());
      legacy.end();
      drop(legacy); // then: a transient snapshot without them would be another one
      tables().volumes().giveBack(legacy.number());
    }
  }

  private void drop(Legacy legacy) throws IOException {
    if (!legacy.line().isEmpty()) {
      handedOn.drop(cowName(legacy.key()));
      handedOn.drop(chunksName(legacy.key()));
    }
  }

  SharedMemory chunks(String key, long count) throws IOException {
    long bytes = (count * Long.BYTES + 2 * 4096 - 1) & -4096;
    return SharedMemory.of(handedOn, chunksName(key), Layout.VERSION, bytes);
  }

  private static String chunksName(String key) {
    return "chunks-" + key;
  }

  /** What the COW file of a transient snapshot is kept as. */
  public static String cowName(String key) {
    return "cow-" + key;
  }

  long volumeAt(int number) {
    return tables().volumes().at(number);
  }

  SharedMemory memory() {
    return tables().layout().memory();
  }

  LeftExceptions exceptions() {
    return tables().left();
  }

  SharedBlocks blocks() {
    return tables().blocks();
  }

  private Tables tables() {
    if (tables == null) {
      throw new IllegalStateException("nobody succeeds");
    }
    return tables;
  }
}
