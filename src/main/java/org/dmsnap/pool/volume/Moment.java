package org.dmsnap.pool.volume;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.dmsnap.block.ErrnoException;
import org.dmsnap.engine.Gate;

/**
 * One moment of one volume or of several: from when the last of their gates is held until the first
 * is let go, nothing changes in any. So whoever changes one and then, having been answered, another
 * is found to have done neither, the first alone, or both.
 *
 * <p>Each gate is held, and what was written before flushed, by a thread of its own: that takes as
 * long as it takes with the slowest, not with one after the other. Reads go on meanwhile. Under the
 * command lock.
 */
public final class Moment {

  private static final int MOST_PASSES = 3;
  private static final long SHORT_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

  /** The volumes whose content it is about, by the origin at the bottom, which has the gate. */
  private final Map<OriginVolume, Set<LayeredVolume>> volumes = new LinkedHashMap<>();

  private final List<OriginVolume> origins;
  private final List<Runnable> held = new ArrayList<>(); // guarded by itself: how each is let go

  private Moment(Collection<? extends LayeredVolume> all) {
    for (LayeredVolume volume : all) {
      volumes.computeIfAbsent(volume.bottom(), bottom -> new LinkedHashSet<>()).add(volume);
    }
    origins = List.copyOf(volumes.keySet());
  }

  /**
   * Does {@code work} at one moment of {@code all}, of which several may be over one image: no
   * change is under way, and what was written before is on the disk. What requests must not see
   * half done is done within by {@link Hold#views}.
   *
   * @return how long changes were held, in words; empty for those of one origin
   * @throws IOException of a flush, before {@code work}, or of that
   */
  public static String of(Collection<? extends LayeredVolume> all, CommandLock.Work work)
      throws IOException {
    return new Moment(all).take(work);
  }

  private String take(CommandLock.Work work) throws IOException {
    flushAhead();
    long start = System.nanoTime();
    try {
      SideBySide.run(origins, this::hold);
      work.run();
    } finally {
      held.forEach(Runnable::run);
    }
    double millis = (System.nanoTime() - start) / (double) TimeUnit.MILLISECONDS.toNanos(1);
    return origins.size() == 1
        ? ""
        : String.format(
            Locale.ROOT, "Changes of %d origins were held for %.1f ms", origins.size(), millis);
  }

  /** So that little is left to flush with all held: what was written while the last pass ran. */
  private void flushAhead() throws IOException {
    long nanos = Long.MAX_VALUE;
    for (int pass = 0; pass < MOST_PASSES && nanos > SHORT_NANOS; pass++) {
      long start = System.nanoTime();
      SideBySide.run(origins, origin -> flush(origin, LayeredVolume::flush));
      nanos = System.nanoTime() - start;
    }
  }

  private void hold(OriginVolume origin) throws IOException {
    if (!origin.suspended()) { // else it is held, and stays so
      Gate gate = origin.gate();
      long stamp = gate.holdChanges();
      synchronized (held) {
        held.add(() -> gate.release(stamp));
      }
    }
    flush(origin, volume -> volume.served().target().flush());
  }

  private void flush(OriginVolume origin, SideBySide.Each<LayeredVolume> flush) throws IOException {
    for (LayeredVolume volume : volumes.getOrDefault(origin, Set.of())) {
      try {
        flush.with(volume);
      } catch (IOException failure) {
        throw origins.size() == 1
            ? failure
            : ErrnoException.in(volume.name() + " cannot be flushed", failure);
      }
    }
  }
}
