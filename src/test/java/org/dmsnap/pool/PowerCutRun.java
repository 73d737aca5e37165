package org.dmsnap.pool;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import jnr.constants.platform.Errno;
import org.dmsnap.block.ErrnoException;
import org.dmsnap.block.HandedOn;
import org.dmsnap.block.HeldDescriptors;
import org.dmsnap.block.VolatileDirectory;
import org.dmsnap.block.VolatileDirectory.Loss;
import org.dmsnap.engine.OverflowPolicy;
import org.dmsnap.engine.StallListener;
import org.dmsnap.pool.load.PoolCheck;
import org.dmsnap.pool.state.EventLog;
import org.dmsnap.pool.state.PoolOptions;
import org.dmsnap.pool.table.PoolFiles;
import org.dmsnap.pool.volume.Device;
import org.dmsnap.pool.volume.VolumeReport;
import org.dmsnap.store.Finding;
import org.jspecify.annotations.Nullable;

/**
 * A pool that is opened on a disk, compared with a model, and put to work; while it works, the
 * power is cut, again and again: each time what would be left is the disk of another such run, a
 * shorter one, and this goes on as if nothing had happened.
 *
 * <p>The model has several worlds while a command is under way: the pool is in one of them.
 *
 * <p>One call to the disk may {@linkplain Fault fail}. Then what works on that file may fail, too,
 * until the pool is opened again, a snapshot that needs the file may become Invalid, saying so, and
 * nothing else changes.
 */
final class PowerCutRun {

  private static final long DEADLINE_NANOS = TimeUnit.SECONDS.toNanos(60);
  private static final int SECTOR = 512;
  private static final int DEEPEST = 3;

  /** How a change is called that is not the disk's: a word is stored in memory that is left. */
  static final String STORE = "store in memory";

  /** What is asked of a volume. */
  interface Request {
    void on(PowerCutRun run) throws IOException;
  }

  /** A request that has not been answered yet: to a successor it comes again. */
  record UnderWay(String name, int first, int count, Request request) {}

  /** Cuts tried so far, in all runs: by what was under way, and before which change. */
  static final Map<String, Long> TRIED = new ConcurrentHashMap<>();

  private final VolatileDirectory disk;
  private final PoolOptions options;
  private final Random random;
  private final int depth;
  private final String story;
  private final PowerCuts cuts;
  private Fault fault = Fault.none();
  private volatile boolean struck; // since the pool was opened
  private boolean unsynced; // what the pool was opened on
  private final EventLog log = new EventLog();
  private @Nullable HeldDescriptors held; // where a successor is to come, set before it begins
  private boolean succeeds; // to one that was killed, until it is opened
  private @Nullable UnderWay underWay; // guarded by this
  private List<PoolModel> worlds; // guarded by this, replaced as a whole
  private volatile @Nullable Pool pool;
  private volatile @Nullable Throwable failure;
  private volatile String step = "open";

  private PowerCutRun(
      VolatileDirectory disk,
      List<PoolModel> worlds,
      PoolOptions options,
      Random random,
      PowerCuts cuts,
      int depth,
      String story) {
    this.disk = disk;
    this.worlds = worlds;
    this.options = options;
    this.random = random;
    this.cuts = cuts;
    this.depth = depth;
    this.story = story;
  }

  /** Of a new pool on a new disk, with options by chance. */
  static PowerCutRun ofNewPool(Random random, PowerCuts cuts) {
    return ofNewPool(options(random), random, cuts);
  }

  /** As above, in which snapshots go beneath those that there are. */
  static PowerCutRun ofStacks(Random random, PowerCuts cuts) {
    return ofNewPool(options(random).stacked(), random, cuts);
  }

  private static PoolOptions options(Random random) {
    return new PoolOptions(
        false,
        false,
        random.nextBoolean() ? 70 : 100,
        20,
        random.nextInt(3) == 0 ? OverflowPolicy.REFUSE : OverflowPolicy.INVALIDATE);
  }

  private static PowerCutRun ofNewPool(PoolOptions options, Random random, PowerCuts cuts) {
    return new PowerCutRun(
        new VolatileDirectory(), List.of(new PoolModel()), options, random, cuts, 0, "");
  }

  /** As above, with a server that may be killed, and succeeded. */
  PowerCutRun handingOn() {
    return handingOn(new HeldDescriptors());
  }

  private PowerCutRun handingOn(HeldDescriptors descriptors) {
    held = descriptors;
    descriptors.watch(this::storing);
    return this;
  }

  private void storing() {
    synchronized (disk) { // nothing else changes meanwhile
      try {
        changing(STORE);
      } catch (IOException never) {
        throw new IllegalStateException(never);
      }
    }
  }

  /** As above, with a call that fails. */
  PowerCutRun failing(Fault once) {
    fault = once;
    return this;
  }

  /** Opens, compares, runs {@code steps} steps, compares, closes. */
  void go(int steps) {
    try {
      check();
      disk.watch(this::changing);
      disk.watchReads(this::strike);
      open();
      if (random.nextBoolean()) {
        settle();
      }
      PoolWorkload workload = new PoolWorkload(this, random);
      boolean hammer = depth > 0 && steps > 1 && random.nextBoolean();
      for (int n = 0; n < steps && failure == null; n++) {
        if (hammer) {
          workload.hammer();
        } else {
          workload.step();
        }
      }
      verifyNow();
      close();
      if (hammer) {
        open();
      }
    } catch (Throwable e) {
      failed(e);
    } finally {
      stop();
    }
    if (failure != null) {
      throw failure instanceof PowerCutFailure known
          ? known
          : new PowerCutFailure(
              story + "\n" + "  " + fault + ", in " + step + ": " + failure, failure);
    }
  }

  /** What went wrong, and after which cuts. */
  static final class PowerCutFailure extends AssertionError {
    private static final long serialVersionUID = 1;

    PowerCutFailure(String message, Throwable cause) {
      super(message, cause);
    }
  }

  private void failed(Throwable e) {
    if (failure == null) {
      failure = e;
    }
  }

  private void stop() {
    HeldDescriptors descriptors = held;
    if (descriptors != null) {
      descriptors.watch(() -> {});
    }
    disk.watch(change -> {});
    disk.watchReads(call -> {});
    Pool open = pool;
    if (open != null) {
      try {
        open.close();
      } catch (IOException | RuntimeException e) {
        if (!struck) {
          failed(e);
        }
      }
    }
    if (descriptors != null) {
      descriptors.close();
    }
  }

  PoolOptions options() {
    return options;
  }

  Pool pool() {
    Pool open = pool;
    if (open == null) {
      throw new IllegalStateException("no pool is open");
    }
    return open;
  }

  /** The one world there is while no command is under way. */
  PoolModel model() {
    return worlds.get(0);
  }

  void step(String what) {
    step = what;
  }

  /** Changes the model, unseen by cuts half done. */
  synchronized void change(Consumer<PoolModel> change) {
    change.accept(model());
  }

  /** A request comes, and changes the model in the same moment. */
  synchronized void asked(UnderWay request, Consumer<PoolModel> change) {
    underWay = request;
    change(change);
  }

  /** It has been answered. */
  synchronized void answered(Consumer<PoolModel> change) {
    change(change);
    underWay = null;
  }

  /** Until {@link #decided}, the pool may be as it was or as {@code change} makes it. */
  synchronized PoolModel mayBecome(Consumer<PoolModel> change) {
    PoolModel after = model().copy();
    change.accept(after);
    worlds = List.of(model(), after);
    return after;
  }

  /** A command is over. */
  synchronized void decided(PoolModel world) {
    worlds = List.of(world);
  }

  void open() throws IOException {
    struck = false;
    if (fault.spoiledSync()) {
      synchronized (this) {
        worlds.forEach(world -> world.each(SectorModel::doubtful));
      }
    }
    try {
      HandedOn handedOn = held == null ? HandedOn.NONE : held;
      Pool loaded = Pool.load(disk, options, log, StallListener.NONE, handedOn);
      pool = loaded;
      List<Device> opened = succeeds ? openAgain(loaded) : List.of();
      loaded.begin();
      if (succeeds) {
        resumeAll();
        askAgain();
        opened.forEach(Device::released);
        awaitDue();
      }
    } catch (IOException failed) {
      tolerate(failed);
    }
    if (struck) { // whatever that has led to: it ends with a mount without a fault
      openAgain();
      return;
    }
    await(() -> struck || pool().volumes().stream().noneMatch(this::waits), "what is due to start");
    verifyAfterOpening();
    succeeds = false;
  }

  /** What is open of what is merged into when that is closed is opened again before it begins. */
  private List<Device> openAgain(Pool loaded) throws IOException {
    List<Device> opened = new ArrayList<>();
    for (var origin : worlds.get(worlds.size() - 1).origins.entrySet()) {
      String due = origin.getValue().due;
      PoolModel.Snap snap = due == null ? null : origin.getValue().snapshots.get(due);
      if (snap != null) {
        Device into = loaded.device(snap.taken.isEmpty() ? origin.getKey() : snap.taken);
        if (into != null) {
          into.opened();
          opened.add(into);
        }
      }
    }
    return opened;
  }

  private void awaitDue() throws IOException {
    String table = Objects.requireNonNullElse(disk.readText(PoolFiles.TABLE), "");
    for (var origin : worlds.get(worlds.size() - 1).origins.values()) {
      String due = origin.due;
      if (due != null && table.contains("merge " + due) && !saysInvalid(pool(), due)) {
        await(() -> pool().device(due) == null, "the merge of " + due + " to start");
      }
    }
  }

  /** What was suspended is so still. */
  private void resumeAll() throws IOException {
    for (VolumeReport report : pool().volumes()) {
      PoolModel.Orig origin = model().origins.get(report.name());
      if (!report.snapshot() && origin != null) {
        try {
          pool().resume(report.name());
        } catch (IllegalArgumentException notSuspended) {
          if (origin.suspended) {
            throw new AssertionError(report.name() + " is suspended no more", notSuspended);
          }
        }
      }
    }
    change(model -> model.origins.values().forEach(origin -> origin.suspended = false));
  }

  /** What was not answered comes again. */
  private void askAgain() throws IOException {
    UnderWay request = underWay;
    if (request == null || pool().device(request.name()) == null) {
      return;
    }
    try {
      request.request().on(this);
    } catch (ErrnoException failed) {
      if (!saysInvalid(pool(), request.name())) {
        foundAgain(request, read(request.name(), request.first(), request.count()));
      }
    }
    underWay = null;
  }

  private synchronized void foundAgain(UnderWay request, long[] now) {
    PoolModel.Orig origin = model().origins.get(request.name());
    SectorModel content =
        origin != null
            ? origin.content
            : model().origins.values().stream()
                .map(any -> any.snapshots.get(request.name()))
                .filter(Objects::nonNull)
                .findFirst()
                .orElseThrow()
                .content;
    for (int i = 0; i < now.length; i++) {
      if (!content.allows(request.first() + i, now[i])) {
        throw new AssertionError("sector " + (request.first() + i) + " was never " + now[i]);
      }
      content.found(request.first() + i, now[i]);
    }
  }

  /** Whether a merge has not started yet: what it needs of others comes first. */
  private boolean waits(VolumeReport report) {
    return report.snapshot() && report.merging() && pool().device(report.name()) != null;
  }

  /** Ends with the mount what a fault has left open, such as which world this is. */
  void openAgain() throws IOException {
    Pool open = pool;
    pool = null;
    if (open != null) {
      try {
        open.close();
      } catch (IOException failed) {
        tolerate(failed);
        unsynced = true;
      }
    }
    check();
    open();
  }

  void close() throws IOException {
    Pool open = pool();
    mayBecome(PoolModel::close); // what is transient goes some time
    pool = null;
    boolean clean = true;
    try {
      open.close();
    } catch (IOException failed) {
      tolerate(failed);
      clean = false;
    }
    unsynced |= !clean;
    synchronized (this) {
      if (clean) {
        model().synced();
      }
      decided(model().closed());
    }
  }

  /** Whether a call to the disk has failed since the pool was opened. */
  boolean struck() {
    return struck;
  }

  /** Passes {@code failed} on, unless a call to the disk has failed. */
  void tolerate(IOException failed) throws IOException {
    if (!struck) {
      throw failed;
    }
  }

  /** Called before each change to the disk, on whichever thread makes it. */
  private void changing(String change) throws IOException {
    if (failure != null) {
      return;
    }
    if (held != null && cuts.kills(change) && !isMixedGroup()) {
      try {
        kill(change, held);
      } catch (Throwable e) {
        failed(e);
        return;
      }
    }
    for (Loss loss : cuts.before(change)) {
      try {
        cut(change, loss);
      } catch (Throwable e) {
        failed(e);
        return;
      }
    }
    strike(change);
  }

  private void strike(String call) throws IOException {
    if (failure == null && fault.strikes(call, step)) {
      struck = true;
      struck(call);
      throw new ErrnoException(fault.errno(), call + " was to fail");
    }
  }

  private synchronized void struck(String call) {
    for (PoolModel world : worlds) {
      world.origins.forEach(
          (name, origin) ->
              origin.snapshots.forEach((snap, model) -> model.mayFill |= needs(call, name, snap)));
      world.origins.values().forEach(PoolModel.Orig::spread);
    }
  }

  /** Whether a snapshot may become Invalid since {@code call} has failed. */
  private boolean needs(String call, String origin, String snapshot) {
    boolean ofRemoved = call.matches(".*\\bs[0-9][.]cow.*") && !namesKnown(call);
    boolean names = call.contains("directory") || call.contains(PoolFiles.TABLE);
    return call.contains(snapshot + ".cow")
        || ofRemoved
        || call.contains(origin + ".img")
        || call.contains("(unnamed)")
        || (names && step.contains(snapshot));
  }

  private boolean namesKnown(String call) {
    return worlds.stream()
        .flatMap(world -> world.origins.values().stream())
        .flatMap(origin -> origin.snapshots.keySet().stream())
        .anyMatch(name -> call.contains(name + ".cow"));
  }

  private void cut(String change, Loss loss) {
    TRIED.merge(kind(step) + ", " + kindOfChange(change), 1L, Long::sum);
    VolatileDirectory left = disk.cut(loss, random);
    String told =
        story
            + "\n  "
            + fault
            + "; cut in "
            + step
            + " before "
            + change
            + ", loses "
            + loss
            + " of what is open";
    Random own = new Random(random.nextLong());
    boolean deeper = depth + 1 < DEEPEST && own.nextInt(2) == 0;
    PowerCuts next = deeper ? PowerCuts.some(40, own) : PowerCuts.none();
    int steps = deeper ? 2 + own.nextInt(5) : own.nextInt(2);
    new PowerCutRun(left, leftWorlds(), options, own, next, depth + 1, told).go(steps);
  }

  /** Of which the transient ones are not in the table, whose replacement is the moment. */
  private synchronized boolean isMixedGroup() {
    return step.contains(" ; ")
        && worlds.stream()
            .flatMap(world -> world.origins.values().stream())
            .flatMap(origin -> origin.snapshots.values().stream())
            .anyMatch(snap -> !snap.persistent);
  }

  private void kill(String change, HeldDescriptors descriptors) throws IOException {
    TRIED.merge("kill in " + kind(step) + ", " + kindOfChange(change), 1L, Long::sum);
    String told = story + "\n  killed in " + step + " before " + change;
    Random own = new Random(random.nextLong());
    boolean deeper = depth + 1 < DEEPEST && own.nextInt(2) == 0;
    PowerCuts next = deeper ? PowerCuts.kills(40, PowerCuts.some(40, own), own) : PowerCuts.none();
    int steps = deeper ? 2 + own.nextInt(5) : own.nextInt(2);
    PowerCutRun successor;
    HeldDescriptors memory;
    synchronized (this) { // no request begins: what waits is overwritten where it is
      memory = descriptors.copy();
      List<PoolModel> left = worlds.stream().map(PoolModel::copy).toList();
      left.forEach(this::mayBeInvalid);
      successor = new PowerCutRun(disk.killed(), left, options, own, next, depth + 1, told);
      successor.underWay = underWay;
    }
    successor.succeeds = true;
    successor.handingOn(memory).go(steps);
  }

  private void mayBeInvalid(PoolModel world) {
    for (PoolModel.Orig origin : world.origins.values()) {
      origin.snapshots.forEach((name, snap) -> snap.invalid |= snap.mayFill && maybeInvalid(name));
    }
  }

  /** An extension has returned: a persistent COW device stays at least as large as it is now. */
  void extended(String name) {
    change(
        model ->
            model.origins.values().stream()
                .map(origin -> origin.snapshots.get(name))
                .filter(snap -> snap != null && snap.persistent)
                .forEach(snap -> snap.leastCowBytes = cowBytes(name)));
  }

  private long cowBytes(String snapshot) {
    Device cow = pool().device(snapshot + "-cow");
    return cow == null ? 0 : cow.size();
  }

  private static String kind(String step) {
    return step.split(" ")[0];
  }

  /** Such as {@code write cow}. */
  private static String kindOfChange(String change) {
    String[] words = change.split(" ");
    String file = words[1].equals("of") ? "directory" : words[1];
    return words[0] + " " + file.replaceAll("^[.]?(base|other|s[0-9])[.]", "");
  }

  private synchronized List<PoolModel> leftWorlds() {
    List<PoolModel> left = new ArrayList<>();
    for (PoolModel world : worlds) {
      PoolModel copy = world.copy();
      mayBeInvalid(copy);
      left.add(copy.closed().each(SectorModel::certain));
    }
    return left;
  }

  private boolean maybeInvalid(String snapshot) {
    Pool open = pool;
    Device device = open == null ? null : open.device(snapshot);
    return device == null || saysInvalid(open, snapshot);
  }

  /** Whether a snapshot's line says so: that of its -real, if others read through it. */
  static boolean saysInvalid(Pool pool, String snapshot) {
    Device real = pool.device(snapshot + "-real");
    Device device = real == null ? pool.device(snapshot) : real;
    return device != null && device.status().endsWith(" Invalid");
  }

  private void check() throws IOException {
    List<String> problems = new ArrayList<>();
    PoolCheck.check(
        disk,
        finding -> {
          if (finding.severity() != Finding.Severity.NOTE) {
            problems.add(finding.toString());
          }
        });
    if (!problems.isEmpty()) {
      throw new AssertionError("check finds " + problems);
    }
  }

  /** Compares with the world it is in, which is the only one from now on. */
  private void verifyAfterOpening() throws IOException {
    List<PoolModel> possible = possibleWorlds();
    AssertionError mismatch = null;
    for (PoolModel world : possible) {
      try {
        decided(asRead(world));
        return;
      } catch (AssertionError e) { // perhaps it is in the other world, which has the same volumes
        mismatch = e;
      }
    }
    throw Objects.requireNonNull(mismatch);
  }

  private synchronized List<PoolModel> possibleWorlds() throws IOException {
    String structure = structure();
    List<PoolModel> possible =
        worlds.stream()
            .flatMap(world -> succeeds ? world.successions() : world.mounts())
            .filter(world -> world.structure().equals(structure))
            .toList();
    if (possible.isEmpty()) {
      throw new AssertionError(
          "the pool is "
              + structure
              + ", not "
              + worlds.stream().map(PoolModel::structure).toList()
              + "; "
              + pool().volumes()
              + "; table "
              + disk.readText(PoolFiles.TABLE)
              + "; log: "
              + log.events());
    }
    return possible;
  }

  /** What is read, if that world allows it. */
  private PoolModel asRead(PoolModel world) throws IOException {
    PoolModel read = world.copy();
    for (var origin : read.origins.entrySet()) {
      compare(origin.getKey(), origin.getValue().content, succeeds);
      for (var snap : origin.getValue().snapshots.entrySet()) {
        if (cowBytes(snap.getKey()) < snap.getValue().leastCowBytes) {
          throw new AssertionError(snap.getKey() + " has lost an extension; log: " + log.events());
        }
        if (unlessInvalid(
            snap.getKey(),
            snap.getValue(),
            () -> compare(snap.getKey(), snap.getValue().content, succeeds))) {
          snap.getValue().invalid = false;
        }
      }
    }
    return unsynced || succeeds ? read : read.synced();
  }

  /** Compares with what was written last. */
  void verifyNow() throws IOException {
    for (var origin : model().origins.entrySet()) {
      MetricsCheck.check(pool(), origin.getValue().snapshots.keySet());
      compare(origin.getKey(), origin.getValue().content, true);
      for (var snap : origin.getValue().snapshots.entrySet()) {
        unlessInvalid(
            snap.getKey(),
            snap.getValue(),
            () -> compare(snap.getKey(), snap.getValue().content, true));
      }
    }
  }

  /** Whether a snapshot is Invalid, which it must have a reason to be; the model follows. */
  boolean invalid(String name, PoolModel.Snap snap) {
    Device device = device(name);
    boolean invalid = saysInvalid(pool(), device.name());
    boolean allowed = snap.mayFill || snap.invalid;
    if (invalid && struck && !snap.invalid) {
      await(() -> told(name), "the log to say that " + name + " is Invalid"); // next, that is
    }
    if (invalid && !allowed) {
      throw new AssertionError(name + " is Invalid without a reason; log: " + log.events());
    }
    synchronized (this) {
      snap.invalid |= invalid;
    }
    return invalid;
  }

  private boolean told(String name) {
    return log.events().stream()
        .anyMatch(
            event -> event.level() != EventLog.Level.INFO && event.text().contains(" " + name));
  }

  /** What is done with a snapshot, and fails once that is Invalid. */
  interface Use {
    void run() throws IOException;
  }

  /** Uses a snapshot unless it is, or meanwhile becomes, Invalid; whether it could be used. */
  boolean unlessInvalid(String name, PoolModel.Snap snap, Use use) throws IOException {
    if (invalid(name, snap)) {
      return false;
    }
    try {
      use.run();
      return true;
    } catch (ErrnoException failure) {
      if (failure.errno() != Errno.EIO || !invalid(name, snap)) {
        throw failure;
      }
      return false;
    }
  }

  Device device(String name) {
    Device device = pool().device(name);
    if (device == null) {
      throw new AssertionError("there is no " + name + "; log: " + log.events());
    }
    return device;
  }

  private void compare(String name, SectorModel model, boolean now) throws IOException {
    long[] stamps = read(name, 0, model.sectors());
    for (int sector = 0; sector < stamps.length; sector++) {
      long stamp = stamps[sector];
      if (now ? model.now(sector) != stamp : !model.allows(sector, stamp)) {
        throw new AssertionError(
            "sector "
                + sector
                + " of "
                + name
                + " ("
                + device(name).status()
                + ") is "
                + stamp
                + ", not of "
                + model.describe(sector)
                + "; log: "
                + log.events());
      }
      if (!now) {
        model.found(sector, stamp);
      }
    }
  }

  /** The stamps of a run of sectors. */
  long[] read(String name, int first, int count) throws IOException {
    try {
      return Stamps.read(device(name), first, count);
    } catch (ErrnoException failed) {
      tolerate(failed);
      return Stamps.read(device(name), first, count); // what failed has failed once
    }
  }

  /** Waits for the merges to end, and looks at what is left in the directory. */
  void settle() throws IOException {
    if (struck) { // a merge may have ended, a file may have kept its name
      close();
      open();
    }
    await(
        () -> struck || pool().volumes().stream().noneMatch(PowerCutRun::ends),
        "a merge or a removal to end");
    if (struck) { // meanwhile
      settle();
      return;
    }
    TreeSet<String> expected = new TreeSet<>(List.of(PoolFiles.TABLE));
    for (var origin : model().origins.entrySet()) {
      expected.add(PoolFiles.image(origin.getKey()));
      origin
          .getValue()
          .snapshots
          .forEach(
              (name, snap) -> {
                if (snap.persistent) {
                  expected.add(PoolFiles.cow(name));
                }
              });
    }
    await(
        () -> {
          TreeSet<String> files = new TreeSet<>(disk.list());
          files.add(PoolFiles.TABLE);
          return struck || files.equals(expected);
        },
        "the files to be " + expected + ", not " + disk.list());
  }

  private static boolean ends(VolumeReport report) {
    return report.merging() || report.removed();
  }

  void await(BooleanSupplier condition, String what) {
    long end = System.nanoTime() + DEADLINE_NANOS;
    while (!condition.getAsBoolean()) {
      if (failure != null || System.nanoTime() > end) {
        throw new AssertionError("waited in vain for " + what + "; log: " + log.events());
      }
      LockSupport.parkNanos(TimeUnit.MICROSECONDS.toNanos(100));
    }
  }

  /** That volume, or what those read through in the end who read through it, if it is removed. */
  private static String stillThere(List<VolumeReport> reports, String name) {
    for (VolumeReport report : reports) {
      String origin = report.origin();
      if (report.name().equals(name) && report.removed() && origin != null) {
        return stillThere(reports, origin);
      }
    }
    return name;
  }

  /** The origin at the bottom of what a volume of that name reads through. */
  private static String image(List<VolumeReport> reports, String name) {
    for (VolumeReport report : reports) {
      String origin = report.origin();
      if (report.name().equals(name) && origin != null) {
        return image(reports, origin);
      }
    }
    return name;
  }

  private String structure() {
    PoolModel seen = new PoolModel();
    List<VolumeReport> reports = pool().volumes(); // of one moment: a removal may end
    for (VolumeReport report : reports) {
      if (!report.snapshot()) {
        seen.origins.put(
            report.name(), new PoolModel.Orig(new SectorModel((int) (report.bytes() / SECTOR))));
      }
      if (report.mergeFailed()) {
        throw new AssertionError("the merge of " + report.name() + " failed: " + log.events());
      }
    }
    for (VolumeReport report : reports) {
      // a merge that ends between the report and its line may show as none: so the devices, too
      if (report.snapshot()
          && !report.merging()
          && !report.removed()
          && pool().device(report.name()) != null) {
        PoolModel.Snap snap = new PoolModel.Snap(new SectorModel(0), true);
        String origin = Objects.requireNonNull(report.origin());
        String through = stillThere(reports, origin);
        snap.taken = seen.origins.containsKey(through) ? "" : through;
        PoolModel.Orig of = seen.origins.get(image(reports, origin));
        if (of == null) {
          return structure(); // it was looked at while a removal ended
        }
        of.snapshots.put(report.name(), snap);
      }
    }
    return seen.structure();
  }
}
