package org.dmsnap.fuse;

import java.io.IOException;
import org.dmsnap.block.SharedMemory;

/**
 * What is open, as it stands in memory that outlives the server; a record of 512 bytes each:
 *
 * <pre>
 *     0  its number, last; 0 if there is none     24  what the kernel was told
 *     8  the request that opened it               32  what it is, see {@link OpenKind}
 *    16  the flags of open(2)                     40  the path: a length, and a text
 * </pre>
 *
 * <p>One thread at a time.
 */
final class HandleRecords {

  /** How many files may be open. */
  static final int SLOTS = 1 << HandleTable.SLOT_BITS;

  private static final int RECORD_BYTES = 512;
  static final long BYTES = (long) SLOTS * RECORD_BYTES;

  private static final int PAGE = 4096;
  private static final int UNIQUE = 8;
  private static final int FLAGS = 16;
  private static final int TOLD = 24;
  private static final int KIND = 32;
  private static final int PATH = 40;
  private static final int MOST_PATH = RECORD_BYTES - PATH - Long.BYTES;

  private final SharedMemory memory;
  private final long start;
  private int populated; // records that have memory

  HandleRecords(SharedMemory memory, long start) {
    this.memory = memory;
    this.start = start;
  }

  /** The largest number that an open file ever had. */
  long lastNumber() {
    return memory.get(Session.LAST_NUMBER);
  }

  /** Notes what is open from now on. */
  void put(int slot, OpenRecord opened) throws IOException {
    while (populated <= slot) {
      memory.populate(at(populated), PAGE);
      populated += PAGE / RECORD_BYTES;
    }
    long at = at(slot);
    memory.put(at, 0);
    memory.put(at + UNIQUE, opened.unique());
    memory.put(at + FLAGS, opened.flags());
    memory.put(at + TOLD, opened.told());
    memory.put(at + KIND, opened.kind().code());
    memory.putText(at + PATH, opened.path(), MOST_PATH);
    memory.put(Session.LAST_NUMBER, opened.number());
    memory.publish(at, opened.number());
  }

  /** It is not open any more. */
  void remove(int slot) {
    memory.publish(at(slot), 0);
  }

  /** It can be released, and nothing else. */
  void dead(int slot) {
    memory.publish(at(slot) + KIND, OpenKind.DEAD.code());
  }

  /** The number of what is open there; 0 if nothing is. */
  long number(int slot) {
    return memory.get(at(slot));
  }

  /** What is open there. */
  OpenRecord get(int slot) throws IOException {
    long at = at(slot);
    return new OpenRecord(
        memory.get(at),
        memory.get(at + UNIQUE),
        (int) memory.get(at + FLAGS),
        (int) memory.get(at + TOLD),
        OpenKind.of(memory.get(at + KIND)),
        memory.text(at + PATH, MOST_PATH));
  }

  private long at(int slot) {
    return start + (long) slot * RECORD_BYTES;
  }
}
