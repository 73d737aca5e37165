package org.dmsnap.engine;

import java.io.IOException;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import jnr.constants.platform.Errno;
import org.dmsnap.block.BlockDevice;
import org.dmsnap.block.ErrnoException;
import org.dmsnap.block.NativeBuffer;
import org.dmsnap.store.ChunkSize;
import org.dmsnap.succession.Legacy;
import org.jspecify.annotations.Nullable;

/**
 * An origin's image and the snapshots that depend on it: what their targets share.
 *
 * <p><b>Stacks.</b> A snapshot that others were taken of is their origin ({@link
 * Snapshot#asOrigin}), and what it shows is the image. Then
 *
 * <ul>
 *   <li>whoever changes what a device shows copies out to its <i>direct</i> dependents first: a
 *       write to an image changes nothing for who reads through a snapshot of it, which has been
 *       given what it overwrites;
 *   <li>a first write to the snapshot itself waits in memory like an origin's, until what it
 *       changes is durable in the dependents; its own room is taken before that, with what it
 *       showed ({@link Snapshot#own}), so that its writer can still be told;
 *   <li>each origin has locks and memory of its own, and who holds any of them takes only those
 *       further down: from the top of a stack to the image, never back;
 *   <li>there is one {@link Gate} for all that is over one image.
 * </ul>
 *
 * <p>The kernel's {@code struct origin}. The list of snapshots changes with the {@link Gate} held
 * exclusively, changes and views both, so no request ever sees it change.
 */
public final class Origin {

  private static final ChunkSize SMALLEST = new ChunkSize(1);

  private final WriteCache image;
  private final OverflowPolicy overflow;
  private final StallListener stalls;
  private final Gate gate;
  private final @Nullable Snapshot beneath;
  private final Object admission = new Object();
  private volatile Snapshot[] snapshots = {};
  private volatile ChunkLocks locks = new ChunkLocks(SMALLEST);

  /** As below, with nobody to succeed. */
  public Origin(BlockDevice image, OverflowPolicy overflow, StallListener stalls) {
    this(image, overflow, stalls, BlockMemory.ofServer(Legacy.NONE));
  }

  /** Over {@code image}, the caller's to close; {@code legacy} is what it leaves, or was left. */
  public Origin(BlockDevice image, OverflowPolicy overflow, StallListener stalls, Legacy legacy)
      throws IOException {
    this(new Image(image, legacy), overflow, stalls, BlockMemory.ofServer(legacy));
  }

  /** As above, with new data in {@code memory}. */
  Origin(BlockDevice image, OverflowPolicy overflow, StallListener stalls, BlockMemory memory) {
    this.image = new WriteCache(Image.of(image), new CopiedOut(this), memory, stalls);
    this.overflow = overflow;
    this.stalls = stalls;
    this.gate = new Gate(stalls);
    this.beneath = null;
  }

  /** The snapshot {@code beneath} as an origin. */
  Origin(Snapshot beneath) {
    Origin below = beneath.origin();
    this.image =
        new WriteCache(
            new SnapshotReal(beneath),
            new CopiedOut(this),
            BlockMemory.ofServer(beneath.legacy()),
            below.stalls);
    this.overflow = below.overflow;
    this.stalls = below.stalls;
    this.gate = below.gate;
    this.beneath = beneath;
  }

  /** Holds what a predecessor held; once all snapshots are added, and before any request. */
  public void inherit() throws IOException {
    image.inherit();
  }

  /** Who is told if what waits in memory cannot be written; before anything is. */
  public void drainListener(DrainListener listener) {
    image.drainListener(listener);
  }

  /** What every request to the origin and its snapshots passes. */
  public Gate gate() {
    return gate;
  }

  /** The snapshot that this is, or null if it is an image. */
  @Nullable Snapshot beneath() {
    return beneath;
  }

  /** The raw image beneath, as its last writer left it: see {@link WriteCache}. */
  public BlockDevice image() {
    return image;
  }

  /** Writes what waits in memory, if it can; whether nothing waits any more. */
  boolean drained() {
    try {
      image.drain();
    } catch (IOException failure) {
      image.drainFailed(failure);
    }
    return image.isEmpty();
  }

  /** The snapshots, largest chunk first, as the kernel keeps them. */
  public List<Snapshot> snapshots() {
    return List.of(snapshots);
  }

  /** As {@link #snapshots}; not to be changed. */
  Snapshot[] all() {
    return snapshots;
  }

  /**
   * Begins to copy out to {@code snapshot}, unless it does so already; the gate is held, and the
   * image has been synced.
   */
  public void add(Snapshot snapshot) {
    if (!image.isEmpty()) {
      throw new IllegalStateException("what is held must be newer than every snapshot");
    }
    if (Arrays.asList(snapshots).contains(snapshot)) {
      return;
    }
    Snapshot[] more = Arrays.copyOf(snapshots, snapshots.length + 1);
    more[snapshots.length] = snapshot;
    Arrays.sort(more, Comparator.comparingInt((Snapshot s) -> -s.chunkSize().sectors()));
    replace(more);
  }

  /** Stops copying out to {@code snapshot}; the gate is held. */
  public void remove(Snapshot snapshot) {
    replace(Arrays.stream(snapshots).filter(s -> s != snapshot).toArray(Snapshot[]::new));
  }

  OverflowPolicy overflow() {
    return overflow;
  }

  StallListener stalls() {
    return stalls;
  }

  ChunkLocks locks() {
    return locks;
  }

  /** Held, under {@link OverflowPolicy#REFUSE}, from asking for space until it is taken. */
  Object admission() {
    return admission;
  }

  /**
   * Writes to the image so that no snapshot changes by it: at once where every snapshot has the
   * exceptions, durably, else after copying out, once the copies are durable.
   *
   * @throws IOException ENOSPC if a snapshot is full and the policy is to refuse; EIO if a snapshot
   *     failed and that could not be recorded
   */
  void write(long position, NativeBuffer buffer, int length) throws IOException {
    if (beneath != null) {
      beneath.checkWritable();
    }
    if (!settled(snapshots, position, length)) {
      admit(position, length);
      CopyOuts.awaitLeft(this, position, length);
      if (!settled(snapshots, position, length)) {
        image.hold(position, buffer, length);
        return;
      }
    }
    image.write(position, buffer, length);
    if (beneath != null) {
      beneath.checkValid(); // or it was lost
    }
  }

  /**
   * Copies out for a write that is to follow, and takes the room that it needs: after this nothing
   * but a failing disk stands in its way.
   */
  void admit(long position, long length) throws IOException {
    CopyOutMode mode = CopyOutMode.of(overflow);
    if (overflow != OverflowPolicy.REFUSE) {
      own(position, length);
      CopyOuts.copyOut(this, snapshots, position, length, mode);
      return;
    }
    synchronized (admission) {
      makeRoom(position, length);
      own(position, length);
      CopyOuts.copyOut(this, snapshots, position, length, mode);
    }
  }

  private void own(long position, long length) throws IOException {
    if (beneath != null) {
      beneath.own(position, length);
    }
  }

  /**
   * Makes a range safe to overwrite on the image, together with {@link #harden}: afterwards every
   * snapshot has the exceptions for it, not yet durably, or is Invalid, durably.
   *
   * @param mode what happens if a snapshot is full: what {@link #overflow} says, but for a merge,
   *     which no full snapshot holds up, and a discard
   */
  void copyOut(long position, long length, CopyOutMode mode) throws IOException {
    if (overflow != OverflowPolicy.REFUSE) {
      CopyOuts.copyOut(this, snapshots, position, length, mode);
      return;
    }
    synchronized (admission) {
      if (mode == CopyOutMode.REFUSE) {
        makeRoom(position, length);
      }
      CopyOuts.copyOut(this, snapshots, position, length, mode);
    }
  }

  /** After {@link #copyOut}: waits until the exceptions are durable. */
  void harden(long position, long length, CopyOutMode mode) throws IOException {
    Snapshot[] all = snapshots;
    stalls.stalling();
    try {
      for (Snapshot snapshot : all) {
        snapshot.copyOut().harden(position, length, mode);
      }
    } finally {
      stalls.resumed();
    }
  }

  /**
   * Gives one of its snapshots, for its own sake, exceptions that show the same for what of a range
   * it has none: what reads through it notices nothing. They are durable once it is flushed.
   *
   * @throws IOException if that fails, which costs the snapshot nothing; ENOSPC if there is no room
   */
  void give(Snapshot snapshot, long position, long length) throws IOException {
    Snapshot[] one = {snapshot};
    if (overflow != OverflowPolicy.REFUSE) {
      CopyOuts.copyOut(this, one, position, length, CopyOutMode.SPARE);
      return;
    }
    synchronized (admission) {
      CopyOuts.copyOut(this, one, position, length, CopyOutMode.SPARE);
    }
  }

  private boolean settled(Snapshot[] all, long position, long length) throws IOException {
    for (Snapshot snapshot : all) {
      if (!snapshot.copyOut().settled(position, length)) {
        return false;
      }
    }
    return true;
  }

  private void makeRoom(long position, long length) throws IOException {
    for (Snapshot snapshot : snapshots) {
      if (!snapshot.copyOut().makeRoom(position, length)) {
        throw refused();
      }
    }
  }

  static ErrnoException refused() {
    return new ErrnoException(
        Errno.ENOSPC,
        "a snapshot of the origin is full, and overflow=refuse is set; extend or remove it");
  }

  /** Runs {@code change} while nothing is drained. */
  void betweenDrains(Runnable change) {
    image.betweenDrains(change);
  }

  private void replace(Snapshot[] all) {
    betweenDrains(() -> snapshots = all);
    locks = new ChunkLocks(all.length == 0 ? SMALLEST : all[0].chunkSize());
  }
}
