package org.dmsnap.block;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import jnr.constants.platform.Errno;
import org.jspecify.annotations.Nullable;

/**
 * A directory in memory, on a disk with a volatile cache: it knows what a power cut could leave.
 *
 * <p>Of each file it keeps, sector by sector, all that was written since its last sync, its sizes
 * since then, and when it was modified; of itself the changes of names since its last sync. A
 * {@link #cut} leaves some of the first, any of the sizes, and some of the changes of names: each
 * there as a whole or not at all, and only if all that happened to its names before is there as
 * well.
 *
 * <p>A call fails if whoever {@link #watch watches} throws. What a sync that fails was to write is
 * taken for clean, as Linux does: it reads as it was written, and no later sync brings it to the
 * disk.
 */
public final class VolatileDirectory implements BackingDirectory {

  /** Which of what is not synced a power cut leaves on the disk. */
  public enum Loss {
    /** All that is not synced is lost. */
    EVERYTHING,
    /** Nothing is lost. */
    NOTHING,
    /** Some names, none of the data. */
    DATA,
    /** Some data, none of the names. */
    NAMES,
    /** Any of it. */
    SOME
  }

  /** Called before each change, while nothing else can change; what it throws, that throws. */
  @FunctionalInterface
  public interface Watcher {
    /** Something is about to change, be written, or be synced. */
    void before(String change) throws IOException;
  }

  private static final int SECTOR = Sectors.BYTES;
  private static final long LONGEST = 1L << 28;

  /** A file, whatever its names are. */
  private static final class Inode {
    final int number;
    byte[] bytes = {};
    volatile long size;
    byte[] synced = {};
    long modified;
    long syncedModified;
    final Map<Integer, List<byte[]>> unsynced = new TreeMap<>();
    final List<Long> sizes = new ArrayList<>();

    Inode(int number) {
      this.number = number;
    }

    void written(long from, long to) {
      for (int sector = (int) (from / SECTOR); (long) sector * SECTOR < to; sector++) {
        int at = sector * SECTOR;
        unsynced
            .computeIfAbsent(sector, key -> new ArrayList<>())
            .add(Arrays.copyOfRange(bytes, at, at + SECTOR));
      }
    }

    void resize(long length) throws ErrnoException {
      if (length < 0 || length > LONGEST) {
        throw new ErrnoException(Errno.EFBIG, "no file has " + length + " bytes");
      }
      unsynced.keySet().removeIf(sector -> (long) sector * SECTOR >= length);
      byte[] sized = Arrays.copyOf(bytes, (int) length);
      bytes = sized;
      size = length;
      sizes.add(length);
    }

    void sync() {
      long least = sizes.stream().reduce((long) synced.length, Math::min);
      synced = Arrays.copyOf(Arrays.copyOf(synced, (int) least), (int) size);
      unsynced.forEach(
          (sector, contents) -> {
            int at = sector * SECTOR;
            byte[] newest = contents.get(contents.size() - 1);
            System.arraycopy(newest, 0, synced, at, (int) Math.min(SECTOR, size - at));
          });
      syncFailed();
      sizes.clear();
    }

    Inode copy() {
      Inode copy = new Inode(number);
      copy.bytes = bytes.clone();
      copy.size = size;
      copy.synced = synced.clone();
      copy.modified = modified;
      copy.syncedModified = syncedModified;
      unsynced.forEach((sector, contents) -> copy.unsynced.put(sector, new ArrayList<>(contents)));
      copy.sizes.addAll(sizes);
      return copy;
    }

    void syncFailed() {
      unsynced.clear();
    }

    void forgetUnwritten() {
      bytes = synced.clone();
    }

    Inode cut(Choice choice) {
      Inode left = new Inode(number);
      long length = choice.of((long) synced.length, sizes);
      left.bytes = Arrays.copyOf(synced, (int) length);
      unsynced.forEach(
          (sector, contents) -> {
            int at = sector * SECTOR;
            if (at < length) {
              byte[] old = Arrays.copyOfRange(left.bytes, at, at + SECTOR);
              byte[] chosen = choice.of(old, contents);
              System.arraycopy(chosen, 0, left.bytes, at, (int) Math.min(SECTOR, length - at));
            }
          });
      left.size = length;
      left.synced = left.bytes.clone();
      left.modified = choice.of(syncedModified, List.of(modified));
      left.syncedModified = left.modified;
      return left;
    }
  }

  /** Decides what a power cut leaves. */
  private static final class Choice {
    private static final int ALWAYS = 4;
    private final Random random;
    private final int data; // in fourths: 0 never, 4 always the newest
    private final int names;

    Choice(Loss loss, Random random) {
      this.random = random;
      this.data =
          switch (loss) {
            case EVERYTHING, DATA -> 0;
            case NOTHING -> ALWAYS;
            case NAMES, SOME -> 1 + random.nextInt(ALWAYS - 1);
          };
      this.names =
          switch (loss) {
            case EVERYTHING, NAMES -> 0;
            case NOTHING -> ALWAYS;
            case DATA, SOME -> 1 + random.nextInt(ALWAYS - 1);
          };
    }

    <T> T of(T old, List<T> newer) {
      if (newer.isEmpty() || data == 0) {
        return old;
      }
      if (data == ALWAYS) {
        return newer.get(newer.size() - 1);
      }
      return random.nextInt(ALWAYS) < data ? newer.get(random.nextInt(newer.size())) : old;
    }

    /** Which of the changes, in their order, are on the disk. */
    List<Rename> of(List<Rename> changes) {
      List<Rename> left = new ArrayList<>();
      Set<String> lost = new HashSet<>();
      int odds = random.nextInt(ALWAYS); // 0: all up to a moment
      int end = odds == 0 ? random.nextInt(changes.size() + 1) : changes.size();
      for (int i = 0; i < changes.size(); i++) {
        Rename change = changes.get(i);
        boolean kept = i < end && (odds == 0 || random.nextInt(ALWAYS) != 0);
        if (names == ALWAYS || names > 0 && kept && Collections.disjoint(change.names(), lost)) {
          left.add(change);
        } else {
          lost.addAll(change.names());
        }
      }
      return left;
    }
  }

  /** A change of names: one is taken away, one is given, or both. */
  private record Rename(@Nullable String from, @Nullable String to, @Nullable Inode inode) {

    Set<String> names() {
      Set<String> names = new HashSet<>();
      if (from != null) {
        names.add(from);
      }
      if (to != null) {
        names.add(to);
      }
      return names;
    }

    void change(Map<String, Inode> map) {
      if (from != null) {
        map.remove(from);
      }
      if (to != null && inode != null) {
        map.put(to, inode);
      }
    }
  }

  private final TreeMap<String, Inode> names = new TreeMap<>();
  private final TreeMap<String, Inode> syncedNames = new TreeMap<>();
  private final TreeMap<String, Inode> kept = new TreeMap<>(); // without a name
  private final List<Rename> unsyncedChanges = new ArrayList<>();
  private Watcher watcher = change -> {};
  private Watcher readWatcher = call -> {};
  private int inodes;
  private long clock;

  /** Has {@code told} told before each change from now on. */
  public synchronized void watch(Watcher told) {
    watcher = told;
  }

  /** Has {@code told} told before each call that changes nothing, from now on. */
  public synchronized void watchReads(Watcher told) {
    readWatcher = told;
  }

  /** What is on the disk after a power cut now. */
  public synchronized VolatileDirectory cut(Loss loss, Random random) {
    Choice choice = new Choice(loss, random);
    VolatileDirectory left = new VolatileDirectory();
    Map<String, Inode> chosen = new TreeMap<>(syncedNames);
    choice.of(unsyncedChanges).forEach(change -> change.change(chosen));
    chosen.forEach((name, inode) -> left.names.put(name, inode.cut(choice)));
    left.syncedNames.putAll(left.names);
    left.inodes = inodes;
    left.clock = clock;
    return left;
  }

  /**
   * What a successor finds when whoever works on it is killed now: all that the system has, synced
   * or not, and the files without a name that are kept.
   */
  public synchronized VolatileDirectory killed() {
    VolatileDirectory left = new VolatileDirectory();
    Map<Inode, Inode> copies = new IdentityHashMap<>();
    copy(names, left.names, copies);
    copy(syncedNames, left.syncedNames, copies);
    copy(kept, left.kept, copies);
    for (Rename change : unsyncedChanges) {
      Inode inode = change.inode == null ? null : copy(change.inode, copies);
      left.unsyncedChanges.add(new Rename(change.from, change.to, inode));
    }
    left.inodes = inodes;
    left.clock = clock;
    return left;
  }

  private static void copy(
      Map<String, Inode> from, Map<String, Inode> to, Map<Inode, Inode> copies) {
    from.forEach((name, inode) -> to.put(name, copy(inode, copies)));
  }

  private static Inode copy(Inode inode, Map<Inode, Inode> copies) {
    return copies.computeIfAbsent(inode, Inode::copy);
  }

  private void change(Rename change) {
    change.change(names);
    unsyncedChanges.add(change);
  }

  @Override
  public String name() {
    return "vg";
  }

  @Override
  public synchronized List<String> list() {
    return List.copyOf(names.keySet());
  }

  @Override
  public synchronized @Nullable Stat stat(String name) {
    Inode inode = names.get(name);
    return inode == null
        ? null
        : new Stat(
            inode.size,
            new FileTimes(inode.modified, inode.modified),
            "inode " + inode.number,
            Kind.FILE,
            false);
  }

  @Override
  public synchronized void awaitTick(Collection<FileTimes> noted) throws IOException {
    readWatcher.before("tick"); // its clock does with every change
  }

  @Override
  public BlockDevice openImage(String name, Access access) throws IOException {
    return openFile(name, access);
  }

  @Override
  public synchronized BlockDevice openFile(String name, Access access) throws IOException {
    readWatcher.before("open " + name);
    return new File(inode(name), name);
  }

  @Override
  public synchronized BlockDevice create(String name, long size) throws IOException {
    watcher.before("create " + name);
    if (names.containsKey(name)) {
      throw new ErrnoException(Errno.EEXIST, "create " + name);
    }
    Inode inode = new Inode(inodes++);
    inode.resize(size);
    change(new Rename(null, name, inode));
    return new File(inode, name);
  }

  @Override
  public synchronized BlockDevice createUnnamed(long size) throws IOException {
    readWatcher.before("create (unnamed)");
    Inode inode = new Inode(inodes++);
    inode.resize(size);
    return new File(inode, "(unnamed)");
  }

  @Override
  public synchronized void keepUnnamed(HandedOn handedOn, String name, BlockDevice unnamed) {
    if (unnamed instanceof File file) {
      kept.put(name, file.inode);
    }
  }

  @Override
  public synchronized @Nullable BlockDevice inheritUnnamed(HandedOn handedOn, String name) {
    Inode inode = kept.get(name);
    return inode == null ? null : new File(inode, "(unnamed)");
  }

  @Override
  public synchronized void rename(String from, String to) throws IOException {
    if (names.containsKey(to)) {
      throw new ErrnoException(Errno.EEXIST, "rename " + from + " to " + to);
    }
    replace(from, to);
  }

  @Override
  public synchronized void replace(String from, String to) throws IOException {
    watcher.before("rename " + from + " to " + to);
    Inode inode = inode(from);
    change(new Rename(from, to, inode));
  }

  @Override
  public synchronized void delete(String name) throws IOException {
    watcher.before("delete " + name);
    inode(name);
    change(new Rename(name, null, null));
  }

  @Override
  public synchronized @Nullable String readText(String name) throws IOException {
    readWatcher.before("read " + name);
    Inode inode = names.get(name);
    return inode == null ? null : new String(inode.bytes, java.nio.charset.StandardCharsets.UTF_8);
  }

  @Override
  public synchronized void sync() throws IOException {
    watcher.before("sync of the directory");
    syncedNames.clear();
    syncedNames.putAll(names);
    unsyncedChanges.clear();
  }

  @Override
  public long freeBytes() {
    return Integer.MAX_VALUE;
  }

  @Override
  public long totalBytes() {
    return Integer.MAX_VALUE;
  }

  @Override
  public void close() {
    // a pool opens it again
  }

  private Inode inode(String name) throws ErrnoException {
    Inode inode = names.get(name);
    if (inode == null) {
      throw new ErrnoException(Errno.ENOENT, "there is no " + name);
    }
    return inode;
  }

  /** An open file. */
  private final class File implements BlockDevice {
    private final Inode inode;
    private final String name;
    private volatile boolean closed;

    File(Inode inode, String name) {
      this.inode = inode;
      this.name = name;
    }

    @Override
    public long size() {
      return inode.size;
    }

    @Override
    public void read(long position, NativeBuffer buffer, int length) throws IOException {
      synchronized (VolatileDirectory.this) {
        check("read", position, length);
        readWatcher.before("read " + name + " at " + position + ", " + length + " bytes");
        buffer.put(inode.bytes, (int) position, length);
      }
    }

    @Override
    public void write(long position, NativeBuffer buffer, int length) throws IOException {
      synchronized (VolatileDirectory.this) {
        change("write", position, length);
        buffer.get(inode.bytes, (int) position, length);
        inode.written(position, position + length);
      }
    }

    @Override
    public void discard(long position, long length) throws IOException {
      zero(position, length);
    }

    @Override
    public void zero(long position, long length) throws IOException {
      synchronized (VolatileDirectory.this) {
        change("zero", position, length);
        Arrays.fill(inode.bytes, (int) position, (int) (position + length), (byte) 0);
        inode.written(position, position + length);
      }
    }

    @Override
    public void sync() throws IOException {
      synchronized (VolatileDirectory.this) {
        check("sync", 0, 0);
        try {
          watcher.before("sync " + name);
        } catch (IOException failure) {
          inode.syncFailed();
          throw failure;
        }
        inode.sync();
      }
    }

    @Override
    public long dataFrom(long position, long end) {
      return position; // it cannot say
    }

    @Override
    public long holeFrom(long position, long end) {
      return end;
    }

    @Override
    public void settle() throws IOException {
      synchronized (VolatileDirectory.this) {
        sync();
        inode.forgetUnwritten();
      }
    }

    @Override
    public void syncTimes() throws IOException {
      synchronized (VolatileDirectory.this) {
        sync();
        inode.syncedModified = inode.modified;
      }
    }

    @Override
    public void resize(long size) throws IOException {
      synchronized (VolatileDirectory.this) {
        change("resize", 0, 0);
        inode.resize(size);
      }
    }

    @Override
    public void close() {
      closed = true;
    }

    private void change(String what, long position, long length) throws IOException {
      check(what, position, length);
      watcher.before(what + " " + name + " at " + position + ", " + length + " bytes");
      inode.modified = ++clock;
    }

    private void check(String what, long position, long length) throws IOException {
      if (closed) {
        throw new ErrnoException(Errno.EBADF, what + " of " + name + ", which is closed");
      }
      if (position < 0 || length < 0 || position > inode.size - length) {
        throw new ErrnoException(
            Errno.EIO, what + " of " + length + " bytes of " + name + " at " + position);
      }
    }
  }
}
