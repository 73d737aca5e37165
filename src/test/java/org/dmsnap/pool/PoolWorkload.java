package org.dmsnap.pool;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import jnr.constants.platform.Errno;
import org.dmsnap.block.ErrnoException;
import org.dmsnap.engine.Feature;
import org.dmsnap.engine.OverflowPolicy;
import org.dmsnap.pool.change.CowSize;
import org.dmsnap.pool.change.SnapshotRequest;
import org.dmsnap.pool.volume.Device;
import org.dmsnap.store.ExceptionStoreType;

/** Does what users do to a pool, at random, and tells the model. */
final class PoolWorkload {

  private static final int SECTOR = 512;
  private static final int MOST_SECTORS = 260;
  private static final int MOST_SNAPSHOTS = 4;
  private static final Set<Errno> REFUSALS =
      Set.of(Errno.EBUSY, Errno.EEXIST, Errno.EIO, Errno.ENOENT, Errno.ENOSPC);

  private final PowerCutRun run;
  private final Random random;

  PoolWorkload(PowerCutRun run, Random random) {
    this.run = run;
    this.random = random;
  }

  /** A command that may be refused. */
  private interface Command {
    void run() throws IOException;
  }

  /** Runs what may fail once a call to the disk has; whether it went well. */
  private boolean unlessStruck(Command command) throws IOException {
    try {
      command.run();
      return true;
    } catch (ErrnoException failed) {
      run.tolerate(failed);
      return false;
    }
  }

  /** One random step. */
  void step() throws IOException {
    Map<String, PoolModel.Orig> origins = run.model().origins;
    if (origins.isEmpty() || origins.size() < 2 && random.nextInt(20) == 0) {
      create();
      return;
    }
    List<String> names = new ArrayList<>(origins.keySet());
    String name = names.get(random.nextInt(names.size()));
    PoolModel.Orig origin = requireNonNull(origins.get(name));
    int dice = random.nextInt(100);
    if (origin.snapshots.isEmpty() && dice < 40) {
      snapshot(name, origin);
    } else if (dice < 30) {
      write(name, origin.content, null);
    } else if (dice < 50) {
      withSnapshot(origin, (snap, model) -> write(snap, model.content, model));
    } else if (dice < 58) {
      fsync(name, origin);
    } else if (dice < 63) {
      zero(name, origin.content, random.nextBoolean());
    } else if (dice < 66) {
      withSnapshot(origin, (snap, model) -> zero(snap, model.content, random.nextBoolean()));
    } else if (dice < 72) {
      snapshot(name, origin);
    } else if (dice < 74) {
      snapshots();
    } else if (dice < 79) {
      remove(name, origin);
    } else if (dice < 81) {
      extend(name, origin);
    } else if (dice < 83) {
      reset(name, origin);
    } else if (dice < 84) {
      resets();
    } else if (dice < 91) {
      withSnapshot(origin, (snap, model) -> merge(name, origin, snap, model));
    } else if (dice < 94) {
      suspend(name, origin);
    } else if (dice < 96) {
      run.step("commit");
      if (unlessStruck(() -> run.pool().commit())) {
        run.change(PoolModel::synced);
      }
    } else if (dice < 98) {
      run.settle();
    } else {
      run.step("close and open");
      run.close();
      run.open();
    }
  }

  /** Writes much, which fills up areas of exceptions, those that a cut has torn among them. */
  void hammer() throws IOException {
    for (var origin : run.model().origins.entrySet()) {
      if (random.nextInt(3) > 0) {
        write(origin.getKey(), origin.getValue().content, null);
      } else {
        withSnapshot(origin.getValue(), (snap, model) -> write(snap, model.content, model));
      }
    }
  }

  /** What is done to a snapshot. */
  private interface Act {
    void on(String name, PoolModel.Snap snap) throws IOException;
  }

  private void withSnapshot(PoolModel.Orig origin, Act act) throws IOException {
    List<String> names = new ArrayList<>(origin.snapshots.keySet());
    if (!names.isEmpty()) {
      String name = names.get(random.nextInt(names.size()));
      PoolModel.Snap snap = requireNonNull(origin.snapshots.get(name));
      if (!run.invalid(name, snap)) {
        act.on(name, snap);
      }
    }
  }

  private void create() throws IOException {
    String name = random.nextBoolean() ? "base" : "other";
    int sectors = 1 + random.nextInt(random.nextInt(6) == 0 ? 4 * MOST_SECTORS : MOST_SECTORS);
    command(
        "create " + name,
        model -> model.origins.putIfAbsent(name, new PoolModel.Orig(new SectorModel(sectors))),
        () -> run.pool().create(name, (long) sectors * SECTOR));
  }

  /** A snapshot that can be taken. */
  private record Plan(String what, SnapshotRequest request, Consumer<PoolModel> change) {}

  private void snapshot(String name, PoolModel.Orig origin) throws IOException {
    List<Plan> plans = new ArrayList<>();
    plan(name, origin, plans);
    take(plans);
  }

  /** Of every origin, and sometimes of one another time, in one moment. */
  private void snapshots() throws IOException {
    List<Plan> plans = new ArrayList<>();
    for (int n = 1 + random.nextInt(2); n > 0; n--) {
      for (var origin : run.model().origins.entrySet()) {
        plan(origin.getKey(), origin.getValue(), plans);
      }
    }
    take(plans);
  }

  private void take(List<Plan> plans) throws IOException {
    if (!plans.isEmpty()) {
      SnapshotRequest[] requests =
          plans.stream().map(Plan::request).toArray(SnapshotRequest[]::new);
      command(
          "snapshot " + String.join(" ; ", plans.stream().map(Plan::what).toList()),
          model -> plans.forEach(plan -> plan.change.accept(model)),
          () -> run.pool().snapshot(requests));
    }
  }

  private void plan(String name, PoolModel.Orig origin, List<Plan> plans) throws IOException {
    String snap = "s" + random.nextInt(5);
    boolean planned = plans.stream().anyMatch(plan -> plan.request.name().equals(snap));
    if (origin.snapshots.size() + plans.size() >= MOST_SNAPSHOTS
        || planned
        || run.model().origins.values().stream().anyMatch(o -> o.snapshots.containsKey(snap))) {
      return;
    }
    String through = through(origin);
    int types = through.isEmpty() && !run.options().stack() ? 5 : 4; // persistent ones alone
    String type = List.of("P", "P", "P", "PO", "N").get(random.nextInt(types));
    int chunk = 1 << random.nextInt(random.nextBoolean() ? 2 : 5);
    long useful = CowSize.useful(origin.content.sectors(), chunk);
    long least = Math.min(useful, 3L * chunk);
    long room = random.nextBoolean() ? useful - least : Math.min(useful - least, 8L * chunk);
    long sectors = random.nextBoolean() ? useful : least + random.nextInt((int) room + 1);
    boolean small = sectors < useful && run.options().autoextendThreshold() == 100;
    boolean mayFill = small && run.options().overflow() == OverflowPolicy.INVALIDATE;
    Set<Feature> features = random.nextBoolean() ? Set.of() : Set.of(Feature.DISCARD_ZEROES_COW);
    String of = through.isEmpty() ? name : through;
    plans.add(
        new Plan(
            snap + " of " + of + " " + type + " " + chunk + " cow " + sectors,
            new SnapshotRequest(
                snap, of, sectors * SECTOR, ExceptionStoreType.of(type), chunk, features),
            model ->
                taken(
                    requireNonNull(model.origins.get(name)),
                    snap,
                    through,
                    run.options().stack(),
                    content -> new PoolModel.Snap(content, !type.equals("N"), small, mayFill))));
  }

  /** The snapshot that one is taken of, or an empty text for the origin. */
  private String through(PoolModel.Orig origin) throws IOException {
    String[] chosen = {""};
    if (random.nextInt(3) == 0) {
      withSnapshot(origin, (snap, model) -> chosen[0] = model.persistent ? snap : "");
    }
    return chosen[0];
  }

  private static void taken(
      PoolModel.Orig origin,
      String name,
      String through,
      boolean stack,
      Function<SectorModel, PoolModel.Snap> kind) {
    PoolModel.Snap below = origin.snapshots.get(through);
    SectorModel content = below == null ? origin.content : below.content;
    PoolModel.Snap snap = kind.apply(content.copy().synced());
    snap.through = through;
    snap.taken = through;
    if (stack) {
      origin.snapshots.values().stream()
          .filter(other -> other.through.equals(through))
          .forEach(above -> above.through = name);
    }
    origin.snapshots.put(name, snap);
    origin.spread();
  }

  private void remove(String name, PoolModel.Orig origin) throws IOException {
    if (origin.snapshots.isEmpty()) {
      command("remove " + name, model -> model.origins.remove(name), () -> run.pool().remove(name));
      return;
    }
    List<String> names = new ArrayList<>(origin.snapshots.keySet());
    String snap = names.get(random.nextInt(names.size()));
    command(
        "remove " + snap,
        model -> requireNonNull(model.origins.get(name)).remove(snap),
        () -> run.pool().remove(snap));
  }

  private void reset(String name, PoolModel.Orig origin) throws IOException {
    List<String> names = new ArrayList<>(origin.snapshots.keySet());
    if (!names.isEmpty()) {
      reset(List.of(names.get(random.nextInt(names.size()))));
    }
  }

  /** Of any origin, in one moment. */
  private void resets() throws IOException {
    List<String> names = new ArrayList<>();
    for (PoolModel.Orig origin : run.model().origins.values()) {
      origin.snapshots.keySet().stream()
          .filter(snap -> random.nextBoolean() && !origin.isOrigin(snap))
          .forEach(names::add);
    }
    if (!names.isEmpty()) {
      reset(names);
    }
  }

  private void reset(List<String> names) throws IOException {
    command(
        "reset " + String.join(" ; ", names),
        model ->
            model.origins.values().stream()
                .flatMap(
                    origin ->
                        names.stream()
                            .filter(origin.snapshots::containsKey)
                            .map(n -> Map.entry(origin, n)))
                .forEach(of -> of.getKey().reset(of.getValue(), run.options().stack())),
        () -> run.pool().reset(names.toArray(String[]::new)));
  }

  private void extend(String name, PoolModel.Orig origin) throws IOException {
    int more = 1 + random.nextInt(40);
    if (origin.snapshots.isEmpty()) {
      int sectors = origin.content.sectors() + more;
      command(
          "extend " + name,
          model -> requireNonNull(model.origins.get(name)).content.extend(sectors),
          () -> run.pool().extend(name, (long) more * SECTOR, true));
      return;
    }
    withSnapshot(
        origin,
        (snap, model) -> {
          boolean done =
              command(
                  "extend " + snap,
                  same -> {},
                  () -> run.pool().extend(snap, (long) more * SECTOR, true));
          if (done) {
            run.extended(snap);
          }
        });
  }

  private void merge(String name, PoolModel.Orig origin, String snap, PoolModel.Snap model)
      throws IOException {
    PoolModel.Snap into = origin.snapshots.get(model.taken);
    if (!model.persistent || (into != null && (into.mayFill || into.small))) {
      return; // or it might fail for want of room
    }
    if (!origin.unstacked(snap)) {
      if (origin.due == null && origin.near(snap).noneMatch(near -> near.mayFill || near.small)) {
        defer(into == null ? name : model.taken, name, snap);
      }
      return;
    }
    boolean leaf = into == null;
    if (random.nextInt(12) == 0 && leaf && !model.mayFill && origin.due == null) {
      defer(name, name, snap);
      return;
    }
    boolean done =
        command(
            "merge " + snap,
            after -> requireNonNull(after.origins.get(name)).merge(snap),
            () -> run.pool().merge(snap, random.nextBoolean()));
    if (done) {
      started(snap); // one that was removed may still hand down to it, or be between
    }
  }

  /** Waits for a merge to start; false if it failed to, and has at another mount. */
  private boolean started(String snap) throws IOException {
    run.await(() -> run.struck() || run.pool().device(snap) == null, "the merge to start");
    if (run.struck()) {
      run.close();
      run.open();
      return false;
    }
    return true;
  }

  private void defer(String into, String name, String snap) throws IOException {
    Device open = run.device(into);
    open.opened();
    try {
      boolean done =
          command(
              "deferred merge " + snap,
              after -> requireNonNull(after.origins.get(name)).due = snap,
              () -> run.pool().merge(snap, false));
      if (!done) {
        return;
      }
      for (int n = random.nextInt(4); n > 0; n--) {
        PoolModel.Orig origin = requireNonNull(run.model().origins.get(name));
        write(name, origin.content, null);
        withSnapshot(origin, (other, model) -> write(other, model.content, model));
      }
      run.step("merge that was due");
    } finally {
      open.released();
    }
    if (started(snap)) {
      run.change(model -> requireNonNull(model.origins.get(name)).merge(snap));
    }
  }

  private void suspend(String name, PoolModel.Orig origin) throws IOException {
    run.step("suspend " + name);
    if (!unlessStruck(() -> run.pool().suspend(name))) {
      return;
    }
    run.change(
        model -> {
          origin.synced();
          origin.suspended = true;
        });
    fsync(name, origin);
    run.verifyNow();
    run.step("resume " + name);
    run.change(model -> origin.suspended = false);
    run.pool().resume(name);
  }

  private void fsync(String name, PoolModel.Orig origin) throws IOException {
    if (random.nextBoolean()) {
      run.step("fsync " + name);
      if (unlessStruck(() -> run.device(name).flush())) {
        run.change(model -> origin.content.synced());
      }
    } else {
      withSnapshot(
          origin,
          (snap, model) -> {
            run.step("fsync " + snap);
            boolean[] flushed = {false};
            run.unlessInvalid(
                snap, model, () -> flushed[0] = unlessStruck(() -> run.device(snap).flush()));
            if (flushed[0]) {
              run.change(same -> model.content.synced());
            }
          });
    }
  }

  private void zero(String name, SectorModel content, boolean discard) throws IOException {
    int first = random.nextInt(content.sectors());
    int count = 1 + random.nextInt(Math.min(40, content.sectors() - first));
    run.step((discard ? "discard " : "zero ") + name + " " + first + "+" + count);
    long[] stamps = new long[count];
    write(
        name,
        content,
        first,
        stamps,
        on -> {
          long position = (long) first * SECTOR;
          if (discard) {
            on.device(name).discard(position, (long) count * SECTOR);
          } else {
            on.device(name).zero(position, (long) count * SECTOR);
          }
        });
  }

  private void write(String name, SectorModel content, PoolModel.Snap snap) throws IOException {
    int first = random.nextInt(content.sectors());
    int most = Math.min(random.nextInt(3) == 0 ? 100 : 12, content.sectors() - first);
    long[] stamps = new long[1 + random.nextInt(most)];
    for (int i = 0; i < stamps.length; i++) {
      stamps[i] = random.nextLong() | 1;
    }
    run.step("write " + name + " " + first + "+" + stamps.length);
    write(name, content, first, stamps, on -> Stamps.write(on.device(name), first, stamps));
    if (snap != null) {
      run.invalid(name, snap);
    }
  }

  /** Writes, and looks at what was written where that failed. */
  private void write(
      String name, SectorModel content, int first, long[] stamps, PowerCutRun.Request request)
      throws IOException {
    long[] before = new long[stamps.length];
    Arrays.setAll(before, i -> content.now(first + i));
    run.asked(
        new PowerCutRun.UnderWay(name, first, stamps.length, request),
        model -> found(content, first, stamps));
    try {
      request.on(run);
      run.answered(model -> content.rewritten(first, stamps.length));
    } catch (ErrnoException failure) {
      Errno errno = failure.errno();
      if (errno != Errno.ENOSPC && errno != Errno.EIO && errno != Errno.EOPNOTSUPP) {
        throw failure;
      }
      long[] now = readUnlessInvalid(name, first, stamps.length);
      for (int i = 0; i < now.length; i++) {
        if (now[i] != stamps[i] && now[i] != before[i]) {
          throw new AssertionError("sector " + (first + i) + " is neither old nor new", failure);
        }
      }
      run.answered(model -> found(content, first, now));
    }
  }

  private static void found(SectorModel content, int first, long[] stamps) {
    for (int i = 0; i < stamps.length; i++) {
      content.found(first + i, stamps[i]);
    }
  }

  /** What is there, or nothing if the volume has become Invalid, which a merge may do any time. */
  private long[] readUnlessInvalid(String name, int first, int count) throws IOException {
    try {
      return run.read(name, first, count);
    } catch (ErrnoException failure) {
      if (failure.errno() != Errno.EIO || !PowerCutRun.saysInvalid(run.pool(), name)) {
        throw failure;
      }
      return new long[0];
    }
  }

  /** Runs a command, which happens or does not; whether it did. */
  private boolean command(String what, Consumer<PoolModel> change, Command command)
      throws IOException {
    run.step(what);
    PoolModel before = run.model();
    PoolModel after = run.mayBecome(change);
    try {
      command.run();
      run.decided(after);
      return true;
    } catch (ErrnoException refused) {
      if (!REFUSALS.contains(refused.errno())) {
        throw refused;
      }
      if (run.struck() && what.startsWith("extend ")) {
        run.openAgain(); // until then a power cut may leave either size, if it was a sync
      } else {
        run.decided(before);
      }
      return false;
    }
  }
}
