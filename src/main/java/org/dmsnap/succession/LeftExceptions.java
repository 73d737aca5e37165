package org.dmsnap.succession;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.dmsnap.block.ErrnoException;
import org.dmsnap.block.SharedMemory;

/**
 * Exceptions of all persistent stores that are committed and not durable yet: a record for each
 * run, valid with the last of its words.
 *
 * <pre>   0  the first old chunk   8  the first new chunk   16  how many   24  whose, plus one
 * </pre>
 */
final class LeftExceptions {

  private static final int OWNER = 24;

  private final SharedMemory memory;
  private final Records records;
  private final Map<Integer, List<LeftRun>> left = new HashMap<>(); // of a predecessor, by owner

  LeftExceptions(Layout layout) throws ErrnoException {
    this.memory = layout.memory();
    this.records = layout.exceptionRecords();
    for (int record = 0; record < records.used(); record++) {
      find(record);
    }
  }

  private void find(int record) {
    long at = records.at(record);
    long owner = memory.get(at + OWNER);
    if (owner <= 0 || owner > Integer.MAX_VALUE) {
      records.giveBack(record);
      return;
    }
    left.computeIfAbsent((int) owner - 1, key -> new ArrayList<>())
        .add(new LeftRun(record, memory.get(at), memory.get(at + 8), memory.get(at + 16)));
  }

  /** What a predecessor left of {@code owner}, by new chunk; asked once. */
  synchronized List<LeftRun> take(int owner) {
    List<LeftRun> runs = left.remove(owner);
    if (runs == null) {
      return List.of();
    }
    runs.sort(Comparator.comparingLong(LeftRun::first));
    return runs;
  }

  /** Forgets what was left of others than those who have {@link #take}n theirs. */
  synchronized void forgetRest() {
    left.values().forEach(runs -> runs.forEach(run -> remove(run.place())));
    left.clear();
  }

  /** Adds a run; its place, or {@link Records#NONE} if there is none. */
  int add(int owner, long oldFirst, long first, long count) {
    int record = records.take();
    if (record != Records.NONE) {
      long at = records.at(record);
      memory.put(at, oldFirst);
      memory.put(at + 8, first);
      memory.put(at + 16, count);
      memory.publish(at + OWNER, owner + 1L);
    }
    return record;
  }

  /** {@code owner} is gone, and nothing is added of it any more. */
  void removeAll(int owner) {
    for (int record = 0; record < records.used(); record++) {
      if (memory.get(records.at(record) + OWNER) == owner + 1L) {
        remove(record);
      }
    }
  }

  /** The run there is durable. */
  void remove(int record) {
    memory.publish(records.at(record) + OWNER, 0);
    records.giveBack(record);
  }
}
