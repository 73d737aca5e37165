package org.dmsnap.pool.state;

import java.io.IOException;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executor;
import jnr.constants.platform.Errno;
import org.dmsnap.block.BackingDirectory;
import org.dmsnap.block.BlockDevice;
import org.dmsnap.block.ChangeTime;
import org.dmsnap.block.DatedDevice;
import org.dmsnap.block.ErrnoException;
import org.dmsnap.engine.Origin;
import org.dmsnap.engine.StallListener;
import org.dmsnap.pool.table.Commit;
import org.dmsnap.pool.table.PoolFiles;
import org.dmsnap.pool.table.PoolTable;
import org.dmsnap.pool.table.SnapshotEntry;
import org.dmsnap.pool.table.TableFile;
import org.dmsnap.pool.table.VolumeName;
import org.dmsnap.pool.volume.Caches;
import org.dmsnap.pool.volume.CommandLock;
import org.dmsnap.pool.volume.LayeredVolume;
import org.dmsnap.pool.volume.OriginVolume;
import org.dmsnap.pool.volume.RunningMerge;
import org.dmsnap.pool.volume.SnapshotVolume;
import org.dmsnap.pool.volume.Volume;
import org.dmsnap.pool.volume.Volumes;
import org.dmsnap.succession.Legacy;

/**
 * What the commands of an open pool work on.
 *
 * @param directory where the files are
 * @param options how it is run
 * @param log what happens is told here
 * @param stalls told when a request's thread must wait
 * @param table what is durable
 * @param volumes what is shown
 * @param background runs one thing at a time, later
 * @param commands held by whatever changes which volumes there are
 * @param caches told when what others have cached is stale
 * @param handDowns what others read in removed snapshots is handed down there
 * @param legacies what is left to whoever succeeds this server
 */
public record PoolState(
    BackingDirectory directory,
    PoolOptions options,
    EventLog log,
    StallListener stalls,
    TableFile table,
    Volumes volumes,
    Executor background,
    CommandLock commands,
    Caches caches,
    LongWork handDowns,
    Legacies legacies) {

  /** The volume of that name, or ENOENT. */
  public LayeredVolume volume(String name) throws ErrnoException {
    LayeredVolume volume = volumes.volume(name);
    if (volume == null) {
      refuseMerging(name);
      throw new ErrnoException(
          Errno.ENOENT, "there is no volume " + name + " in this pool; see: dmsnap lvs");
    }
    return volume;
  }

  /** The origin of that name: ENOENT, or words that say which it is. */
  public OriginVolume origin(String name) throws ErrnoException {
    LayeredVolume volume = volume(name);
    if (volume instanceof OriginVolume origin) {
      return origin;
    }
    String origin = volume instanceof SnapshotVolume snapshot ? snapshot.bottom().name() : name;
    throw new IllegalArgumentException(name + " is a snapshot; name its origin, " + origin);
  }

  private void refuseMerging(String name) throws ErrnoException {
    for (LayeredVolume origin : volumes.layered()) {
      if (origin instanceof SnapshotVolume gone && gone.removed() && gone.name().equals(name)) {
        throw new ErrnoException(
            Errno.EBUSY, name + " is removed, and what others read in it is being handed down");
      }
      RunningMerge merge = origin.merge();
      if (merge != null && merge.volume().name().equals(name)) {
        throw new ErrnoException(
            Errno.EBUSY, "snapshot " + name + " is merging into " + origin.name() + merge.way());
      }
    }
  }

  /**
   * Whether a volume of that name is listed and left out: its image, or its origin's, is missing.
   */
  public boolean leftOut(String name) {
    PoolTable listed = table.current();
    return listed.lists(name) && volumes.volume(listed.bottomOf(name)) == null;
  }

  /** Refuses a name that a new volume cannot have. */
  public void checkFree(String name) throws IOException {
    VolumeName.check(name);
    if (volumes.device(name) != null) {
      throw new ErrnoException(
          Errno.EEXIST, "there is a volume " + name + " already; choose another name");
    }
    if (volumes.buried(name)) {
      throw new ErrnoException(
          Errno.EBUSY,
          "a snapshot " + name + " was merged by force, and files of it are still open");
    }
    if (volumes.expected(name)) {
      throw new ErrnoException(Errno.EEXIST, name + " is being received; choose another name");
    }
    refuseMerging(name);
    if (table.current().lists(name)) {
      throw new ErrnoException(
          Errno.EEXIST,
          name
              + " is listed in "
              + PoolFiles.TABLE
              + ", though it could not be opened; remove it, or bring its image back and mount"
              + " again");
    }
    checkNoFile(PoolFiles.image(name));
    checkNoFile(PoolFiles.cow(name));
  }

  private void checkNoFile(String file) throws IOException {
    if (!directory.holds(file)) {
      return;
    }
    String why =
        directory.list().contains(file)
            ? "the pool holds a file " + file + " that is no volume's; move it away first"
            : "to the pool's file system "
                + file
                + " is the name of a file that is spelt otherwise; choose another name";
    throw new ErrnoException(Errno.EEXIST, why);
  }

  /** An origin on {@code image}; if it cannot write what waits in memory, the log says so. */
  public Origin origin(String name, BlockDevice image, Legacy legacy) throws IOException {
    Origin origin = new Origin(image, options.overflow(), stalls, legacy);
    origin.drainListener(
        failure ->
            log.error(
                "what was last written to "
                    + name
                    + " cannot be written to its image, and waits in memory; fsync fails until it"
                    + " can, and an unmount loses it: "
                    + failure.getMessage()));
    return origin;
  }

  /** Logs {@code event}, unless it is empty. */
  public void tell(String event) {
    if (!event.isEmpty()) {
      log.info(event);
    }
  }

  /** Creates {@code file} under the name it bears until it is listed. */
  public DatedDevice createFresh(String file, long bytes) throws IOException {
    return new DatedDevice(create(file, bytes), new ChangeTime());
  }

  private BlockDevice create(String file, long bytes) throws IOException {
    String fresh = PoolFiles.fresh(file);
    if (directory.holds(fresh) && directory.list().contains(fresh)) { // by this very name
      directory.delete(fresh); // of a creation that failed, and whose deletion failed
    }
    return directory.create(fresh, bytes);
  }

  /** Creates a COW file as {@link #createFresh} does. */
  public DatedDevice createFreshCow(String file, long bytes) throws IOException {
    return legacies.ofNewCow(PoolFiles.fresh(file), create(file, bytes));
  }

  /** Creates a COW file without a name, of the snapshot {@code name}. */
  public DatedDevice createUnnamed(String name, SnapshotEntry entry, long bytes)
      throws IOException {
    return legacies.ofUnnamed(name, entry.line(name), directory.createUnnamed(bytes));
  }

  /** Undoes {@link #createFresh} after {@code failure}, unless a power cut might bring it back. */
  public void undoFresh(String file, BlockDevice device, Exception failure) {
    try {
      legacies.gone(device);
      device.close();
      if (!table.uncertain()) {
        directory.delete(PoolFiles.fresh(file));
      }
    } catch (IOException | RuntimeException also) {
      failure.addSuppressed(also);
    }
  }

  /** Gives a listed volume's file its name. If that fails, the next mount does it. */
  public void nameListed(String file, Volume volume) {
    nameListed(Map.of(file, volume));
  }

  /** As above, for several, by the name that the file of each is to have. */
  public void nameListed(Map<String, ? extends Volume> volumes) {
    volumes.forEach(this::rename);
    try {
      directory.sync();
    } catch (IOException | RuntimeException failure) {
      log.warning("a power cut may bring back the names of before: " + failure.getMessage());
    }
  }

  private void rename(String file, Volume volume) {
    try {
      directory.rename(PoolFiles.fresh(file), file);
      volume.fileRenamed(file);
    } catch (IOException | RuntimeException failure) {
      log.warning(
          file + " stays " + volume.file() + " until the next mount: " + failure.getMessage());
    }
  }

  /** What tells that a command has happened: see {@link Commit#markOf}. */
  public Set<Long> marks() throws IOException {
    Set<Long> marks = new HashSet<>();
    String table = directory().readText(PoolFiles.TABLE);
    marks.add(Commit.markOf(table == null ? "" : table));
    for (String transientKey : legacies().transients()) {
      marks.add(Commit.markOf(transientKey));
    }
    return marks;
  }
}
