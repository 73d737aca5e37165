package org.dmsnap.fuse;

import java.io.IOException;
import java.util.Set;
import org.dmsnap.block.HandedOn;
import org.dmsnap.block.SharedMemory;

/**
 * What a server of a mount leaves to its successor of what the kernel has been told: what was
 * agreed, what is open, which commands are under way. It is memory of its own, of this version:
 *
 * <pre>
 *      0  1 once kernel and server have agreed     24  the last number of an open file
 *      8  1 if direct writes are parallel          32  since when it is mounted, in nanoseconds
 *     16  who alone may come in, plus two
 *   4096  {@link HandleRecords}
 *         {@link CommandRecords}
 * </pre>
 *
 * <p>Words are stored when they change, and that is never on the way of reads and writes.
 */
public final class Session {

  static final String NAME = "session";

  private static final int VERSION = 1;

  private static final long AGREED = 0;
  private static final long PARALLEL = 8;
  private static final long ONLY_FOR = 16;
  static final long LAST_NUMBER = 24;
  private static final long MOUNTED = 32;
  private static final long HANDLES = 4096;
  private static final long COMMANDS = HANDLES + HandleRecords.BYTES;
  private static final long BYTES = COMMANDS + CommandRecords.BYTES;

  private final SharedMemory memory;
  private final HandleRecords handles;
  private final CommandRecords commands;
  private final TextMemory texts;

  private Session(SharedMemory memory, TextMemory texts) throws IOException {
    this.memory = memory;
    this.texts = texts;
    handles = new HandleRecords(memory, HANDLES);
    commands = new CommandRecords(memory, COMMANDS);
  }

  /** What a predecessor left, or a new one, which is kept. */
  public static Session of(HandedOn handedOn) throws IOException {
    SharedMemory memory = SharedMemory.of(handedOn, NAME, VERSION, BYTES);
    return new Session(memory, TextMemory.of(handedOn));
  }

  /** Whether there was a predecessor that had agreed with the kernel. */
  public boolean inherited() {
    return memory.inherited() && memory.get(AGREED) != 0;
  }

  /** Notes what was agreed. */
  void agreed(boolean parallel, int onlyFor, long mountedNanos) {
    memory.put(PARALLEL, parallel ? 1 : 0);
    memory.put(ONLY_FOR, onlyFor + 2L);
    memory.put(MOUNTED, mountedNanos);
    memory.publish(AGREED, 1);
  }

  /** Notes which commands have happened, by the marks of what is there; before it is changed. */
  public void settle(Set<Long> there) {
    commands.settle(there);
  }

  boolean parallel() {
    return memory.get(PARALLEL) != 0;
  }

  int onlyFor() {
    return (int) (memory.get(ONLY_FOR) - 2);
  }

  long mountedNanos() {
    return memory.get(MOUNTED);
  }

  HandleRecords handles() {
    return handles;
  }

  CommandRecords commands() {
    return commands;
  }

  TextMemory texts() {
    return texts;
  }
}
