package org.dmsnap.fuse;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.dmsnap.block.ErrnoException;
import org.dmsnap.block.SharedMemory;
import org.dmsnap.pool.table.Commit;

/**
 * Control requests that are under way, as they stand in memory that outlives the server: should one
 * come again, what of it has been done is not done again. A record of 64 bytes each:
 *
 * <pre>
 *     0  the request, last; 0 if there is none    24  what is about to be there, or 0
 *     8  how many lines are done                  32  a number the line goes by, plus 1
 *    16  how many lines were begun                40  what is about to be there no more, or 0
 * </pre>
 *
 * <p>A line is done at the moment in which {@code pool.table} is replaced, or in which a transient
 * snapshot is there, or no more. What that is is noted before, and that the line is done after it;
 * whoever succeeds in between looks what is there. Any number of threads.
 */
final class CommandRecords {

  private static final int RECORD_BYTES = 64;
  private static final int SLOTS = 4096; // more than there are threads
  static final long BYTES = (long) RECORD_BYTES * SLOTS;

  private static final int DONE = 8;
  private static final int BEGUN = 16;
  private static final int BEGINS = 24;
  private static final int NUMBER = 32;
  private static final int ENDS = 40;

  /** A request that comes again has this bit in its number: FUSE_UNIQUE_RESEND. */
  static final long AGAIN = 1L << 63;

  private final SharedMemory memory;
  private final long start;
  private final Deque<Integer> free = new ArrayDeque<>(); // guarded by this
  private final Map<Long, Integer> left = new HashMap<>(); // guarded by this: of predecessors

  CommandRecords(SharedMemory memory, long start) throws ErrnoException {
    this.memory = memory;
    this.start = start;
    memory.populate(start, BYTES);
    for (int slot = 0; slot < SLOTS; slot++) {
      long unique = memory.get(at(slot));
      if (unique == 0) {
        free.addLast(slot);
      } else {
        left.put(unique, slot);
      }
    }
  }

  /** Notes as done what has happened, by the marks of what is there; before that is changed. */
  synchronized void settle(Set<Long> there) {
    for (int slot : left.values()) {
      long at = at(slot);
      long ends = memory.get(at + ENDS);
      if (there.contains(memory.get(at + BEGINS)) || (ends != 0 && !there.contains(ends))) {
        memory.publish(at + DONE, memory.get(at + BEGUN));
      }
    }
  }

  /** Of requests that have not come again: they were answered. */
  private void forgetLeft() {
    left.values().forEach(this::giveBack);
    left.clear();
  }

  /** Begins a request, or goes on with one that has come again. */
  synchronized Commit begin(long unique) {
    Integer known = left.remove(unique & ~AGAIN);
    if (known != null) {
      return new Noted(known);
    }
    if (free.isEmpty()) {
      forgetLeft();
    }
    Integer slot = free.pollFirst();
    if (slot == null) {
      return Commit.NONE;
    }
    long at = at(slot);
    memory.put(at + DONE, 0);
    memory.put(at + BEGUN, 0);
    memory.put(at + BEGINS, 0);
    memory.put(at + NUMBER, 0);
    memory.put(at + ENDS, 0);
    memory.publish(at, unique & ~AGAIN);
    return new Noted(slot);
  }

  private synchronized void giveBack(int slot) {
    memory.publish(at(slot), 0);
    free.addFirst(slot);
  }

  private long at(int slot) {
    return start + (long) slot * RECORD_BYTES;
  }

  /** One request's. */
  private final class Noted extends Commit {

    private final int slot;
    private final long at;

    Noted(int slot) {
      this.slot = slot;
      at = at(slot);
    }

    @Override
    public int done() {
      return (int) memory.get(at + DONE);
    }

    @Override
    protected boolean begun(int line) {
      boolean before = memory.get(at + BEGUN) > line;
      if (!before) {
        memory.put(at + BEGINS, 0);
        memory.put(at + NUMBER, 0);
        memory.put(at + ENDS, 0);
        memory.publish(at + BEGUN, line + 1L);
      }
      return before;
    }

    @Override
    protected void done(int lines) {
      memory.publish(at + DONE, lines);
      memory.publish(at + BEGINS, 0);
      memory.publish(at + ENDS, 0);
    }

    @Override
    protected void begins(long mark) {
      memory.publish(at + BEGINS, mark);
    }

    @Override
    protected void ends(long mark) {
      memory.publish(at + ENDS, mark);
    }

    @Override
    protected long number(long number) {
      long noted = memory.get(at + NUMBER);
      if (noted == 0) {
        memory.publish(at + NUMBER, number + 1);
        return number;
      }
      return noted - 1;
    }

    @Override
    public void close() {
      giveBack(slot);
    }
  }
}
