package org.dmsnap.pool;

import java.io.IOException;
import java.util.List;
import org.dmsnap.block.BackingDirectory;
import org.dmsnap.block.ErrnoException;
import org.dmsnap.block.HandedOn;
import org.dmsnap.engine.StallListener;
import org.dmsnap.pool.change.Creation;
import org.dmsnap.pool.change.Extension;
import org.dmsnap.pool.change.Merging;
import org.dmsnap.pool.change.Removal;
import org.dmsnap.pool.change.Reset;
import org.dmsnap.pool.change.SnapshotRequest;
import org.dmsnap.pool.change.Suspension;
import org.dmsnap.pool.change.Taking;
import org.dmsnap.pool.load.Beginning;
import org.dmsnap.pool.load.PoolLoader;
import org.dmsnap.pool.state.EventLog;
import org.dmsnap.pool.state.Legacies;
import org.dmsnap.pool.state.PoolOptions;
import org.dmsnap.pool.state.PoolState;
import org.dmsnap.pool.volume.CacheListener;
import org.dmsnap.pool.volume.CommandLock;
import org.dmsnap.pool.volume.Device;
import org.dmsnap.pool.volume.Reports;
import org.dmsnap.pool.volume.VolumeReport;
import org.jspecify.annotations.Nullable;

/**
 * Named volumes in a directory, and every change that can be made to which there are.
 *
 * <p><b>The order of changes.</b> A change to which volumes there are happens when {@code
 * pool.table} is replaced, and at no other moment; before that it can be undone, after that it is
 * only finished, by the next mount if need be.
 *
 * <ul>
 *   <li><i>create</i>: make {@code .NAME.img.new} durable, replace the table, rename it to {@code
 *       NAME.img}.
 *   <li><i>snapshot</i>, of one origin or several: make each {@code .NAME.cow.new} with an empty
 *       store durable, flush the images (to keep what follows short); take all gates, flush again,
 *       replace the table, let the origins copy out, release; rename. Whatever is written later is
 *       newer than the snapshots. ({@code stack}: what the same table has read through them.)
 *   <li><i>receive</i>: what came is durable in {@code .NAME.*.new}; then as one of these two.
 *   <li><i>reset</i>, of one or several: as <i>snapshot</i>, but the table says that each is reset;
 *       then {@code .NAME.cow.new} replaces {@code NAME.cow}, durably, and the table says no more.
 *   <li><i>remove</i>: rename the file to {@code .NAME.img.removing} or {@code .NAME.cow.removing},
 *       make that durable, replace the table, then stop copying out, then delete. One that others
 *       read through: in the table that it is removed; hand down what they read in it, durably;
 *       then as ever, where the table has them read through what it reads through.
 *   <li><i>merge</i>, start: with the gate held, commit everything, replace the table, and only
 *       then show the origin as merged. A merge that waits for its volumes to be closed is in the
 *       table before that. End: the empty store being durable, as in <i>remove</i>. One in a stack
 *       first hands down, as there, and gets, durably, what the table then has it not read through.
 *   <li>When the pool is opened, a listed file that is missing is looked for under those two names
 *       and gets its own back; such files that belong to nothing listed are deleted, and no other.
 *   <li>A COW file's size is its own, and the table follows it.
 * </ul>
 *
 * <p>Commands run one at a time, under the {@link CommandLock}. Failures are {@link
 * ErrnoException}s in words; words that make no sense are {@link IllegalArgumentException}s.
 */
public final class Pool implements AutoCloseable {

  private final PoolState state;
  private final Beginning beginning;
  private final Background background;
  private final Server server;
  private final Streams streams;
  private boolean begun; // guarded by this

  private Pool(Beginning beginning, Background background) {
    this.state = beginning.state();
    this.beginning = beginning;
    this.background = background;
    this.server = new Server(state);
    this.streams = new Streams(this, state);
  }

  /**
   * Loads a locked pool and serves it. The directory is the pool's then; if this fails, the
   * caller's.
   *
   * @throws ErrnoException if the pool cannot be served, saying why and what to do
   */
  public static Pool open(
      BackingDirectory directory, PoolOptions options, EventLog log, StallListener stalls)
      throws IOException {
    Pool pool = load(directory, options, log, stalls, HandedOn.NONE);
    try {
      pool.begin();
      return pool;
    } catch (IOException | RuntimeException failure) {
      pool.background.shutdown();
      PoolLoader.closeAll(pool.state, failure);
      throw failure;
    }
  }

  /**
   * As {@link #open}, but changes nothing in the pool yet: it loads the table, finds images to be
   * adopted, and opens and locks every volume. What refuses a pool does so here. What a predecessor
   * left is found in {@code handedOn}; whoever had something open opens it again before {@link
   * #begin}.
   */
  public static Pool load(
      BackingDirectory directory,
      PoolOptions options,
      EventLog log,
      StallListener stalls,
      HandedOn handedOn)
      throws IOException {
    Background background = new Background();
    PoolOptions checked = options.checked(log);
    Legacies legacies = Legacies.of(directory, checked, handedOn);
    return new Pool(
        PoolLoader.load(directory, checked, log, stalls, background, legacies), background);
  }

  /** Finishes what a crash cut short, and goes on with merges; before any request. Once. */
  public synchronized void begin() throws IOException {
    if (!begun) {
      new LostPool(state).watch(background);
      beginning.begin();
      begun = true;
    }
  }

  /** The pool's directory name: the VG of {@code ctl/lvs}. */
  public String name() {
    return state.directory().name();
  }

  /** Whether it was opened read-only. */
  public boolean readOnly() {
    return state.options().readOnly();
  }

  /** Every device that there is now, hidden ones included, by name. */
  public List<Device> devices() {
    return state.volumes().devices();
  }

  /** The device of that name, or null. */
  public @Nullable Device device(String name) {
    return state.volumes().device(name);
  }

  /** When the names of the devices last changed, in nanoseconds since 1970. */
  public long namesChangedNanos() {
    return state.volumes().namesChangedNanos();
  }

  /** When anything that is told of the volumes may last have changed: at no later time. */
  public long changedNanos() {
    return Math.max(state.volumes().changedNanos(), state.log().changedNanos());
  }

  /** The state of every volume, by name: origins, and their snapshots, one that merges included. */
  public List<VolumeReport> volumes() {
    return state.volumes().reports();
  }

  /**
   * The state of the volume of that name.
   *
   * @throws ErrnoException ENOENT; EBUSY if it merges
   */
  public VolumeReport report(String name) throws IOException {
    return Reports.of(state.volume(name));
  }

  /** Who serves it. */
  public Server server() {
    return server;
  }

  /** What happened lately. */
  public EventLog log() {
    return state.log();
  }

  /** Has {@code listener} told, from now on, when what it has cached of a volume is stale. */
  public void cacheListener(CacheListener listener) {
    state.caches().listener(listener);
  }

  /** Where it is: bytes free and in all, on the file system that holds it. */
  public BackingDirectory directory() {
    return state.directory();
  }

  /**
   * Creates an origin of {@code bytes} zeroes.
   *
   * @throws ErrnoException EEXIST, ENOSPC, EROFS
   */
  public void create(String name, long bytes) throws IOException {
    command(() -> new Creation(state).origin(name, bytes));
  }

  /**
   * Takes snapshots, in one moment and all or none, of volumes that may be in use.
   *
   * @throws ErrnoException ENOENT, EEXIST, EROFS
   */
  public void snapshot(SnapshotRequest... requests) throws IOException {
    command(() -> new Taking(state).take(List.of(requests)));
  }

  /** What goes out of it and comes in as streams. */
  public Streams streams() {
    return streams;
  }

  /**
   * Merges a snapshot into its origin, in the background; unless {@code force}, once both are
   * closed.
   *
   * @throws ErrnoException ENOENT, EBUSY if the origin merges already or is due to, EIO if the
   *     snapshot is Invalid, EROFS
   */
  public void merge(String name, boolean force) throws IOException {
    command(() -> new Merging(state).merge(state.volume(name), force));
  }

  /**
   * Makes snapshots, in one moment and all or none, empty ones of their origins as those are now.
   *
   * @throws ErrnoException ENOENT, EBUSY if one is open, or its origin merges or is due to, EROFS
   */
  public void reset(String... names) throws IOException {
    command(() -> new Reset(state).reset(List.of(names)));
  }

  /**
   * Removes a snapshot, or an origin without any; also one that is listed and was left out.
   *
   * @throws ErrnoException ENOENT, EBUSY if it is open or an origin with snapshots, ENOSPC if one
   *     that reads through it has no room for that, EROFS
   */
  public void remove(String name) throws IOException {
    command(() -> new Removal(state).remove(name));
  }

  /**
   * Grows a snapshot's COW device or an origin; {@code relative}: by {@code bytes}, else to.
   *
   * @throws ErrnoException ENOENT, EBUSY if it is an origin with snapshots, EROFS
   */
  public void extend(String name, long bytes, boolean relative) throws IOException {
    command(() -> new Extension(state).extend(state.volume(name), bytes, relative));
  }

  /**
   * Holds changes of an origin and its snapshots, everything before them being durable on return.
   *
   * @throws ErrnoException ENOENT, EROFS
   */
  public void suspend(String name) throws IOException {
    command(() -> new Suspension(state).suspend(name));
  }

  /** Ends {@link #suspend}; fails as that does. */
  public void resume(String name) throws IOException {
    command(() -> new Suspension(state).resume(name));
  }

  /**
   * Resumes what is suspended and makes everything written durable; the pool stays open.
   *
   * @throws ErrnoException EIO, saying what could not be written
   */
  public void commit() throws IOException {
    state.commands().locked(() -> new CleanStop(state).commit());
  }

  /**
   * A clean stop: resumes, commits, notes the origins' state, closes everything, the directory
   * included; of a pool that has not begun, nothing but the last. Closing twice is harmless.
   *
   * @throws ErrnoException EIO, saying what could not be written; everything is closed all the same
   */
  @Override
  public synchronized void close() throws IOException {
    if (!state.commands().close()) {
      return;
    }
    streams.close();
    CleanStop stop = new CleanStop(state);
    stop.stopMerges();
    background.stop(state.log());
    state.commands().locked(begun ? stop::stop : stop::abandon);
  }

  /** Does {@code work} as one command, if commands are to be had. */
  void command(CommandLock.Work work) throws IOException {
    new OneCommand(state).run(work);
  }
}
