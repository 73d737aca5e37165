package org.dmsnap.cli.succession;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.dmsnap.block.HandedOn;
import org.dmsnap.block.SharedMemory;
import org.dmsnap.kernel.Proc;

/**
 * What servers of a mount tell each other of themselves.
 *
 * <pre>
 *      0  the number of the keeper that counts      24  the kernel's count of processes that were
 *      8  the process that serves                       killed for memory, when that began
 *     16  how many servers there were before it     32  1 if it ends to be replaced
 *                                                   40  the last number that a keeper was given
 * </pre>
 */
final class Estate {

  private static final String NAME = "succession";
  private static final int VERSION = 1;
  private static final int BYTES = 4096;

  private static final int EPOCH = 0;
  private static final int SERVER = 8;
  private static final int SUCCESSIONS = 16;
  private static final int KILLS = 24;
  private static final int PLANNED = 32;
  private static final int NUMBERED = 40;

  private final SharedMemory memory;

  private Estate(SharedMemory memory) {
    this.memory = memory;
  }

  /** What a predecessor left, or a new one, which is kept. */
  static Estate of(HandedOn handedOn) throws IOException {
    return new Estate(SharedMemory.of(handedOn, NAME, VERSION, BYTES));
  }

  long epoch() {
    return memory.get(EPOCH);
  }

  void epoch(long number) {
    memory.publish(EPOCH, number);
  }

  /**
   * A number for a keeper that none has had. It is taken before the keeper is started: if this
   * process dies before that counts, the successor must not give the number to another.
   */
  long newEpoch() {
    long number = Math.max(memory.get(NUMBERED), epoch()) + 1;
    memory.publish(NUMBERED, number);
    return number;
  }

  long successions() {
    return memory.get(SUCCESSIONS);
  }

  /** This process serves from now on. */
  void begin() {
    if (memory.get(SERVER) != 0) {
      memory.put(SUCCESSIONS, successions() + 1);
    }
    memory.put(SERVER, ProcessHandle.current().pid());
    memory.put(KILLS, Proc.killedForMemory());
    memory.publish(PLANNED, 0);
  }

  /** This process ends, to be replaced. */
  void planned() {
    memory.publish(PLANNED, 1);
  }

  /** Whether the process that served meant to be replaced. */
  boolean wasPlanned() {
    return memory.get(PLANNED) != 0;
  }

  /** How the process ended that served, as far as that is known. */
  String end() {
    long server = memory.get(SERVER);
    Path report =
        Path.of(
            System.getProperty("dmsnap.reports", "/var/log"), "dmsnap-crash-" + server + ".log");
    String how;
    if (wasPlanned()) {
      how = "made way for this one";
    } else if (Files.exists(report)) {
      how = "crashed, see " + report;
    } else if (Proc.killedForMemory() > memory.get(KILLS)) {
      how = "was killed, as it seems for want of memory";
    } else {
      how = "was killed";
    }
    return "the server before, process " + server + ", " + how;
  }
}
