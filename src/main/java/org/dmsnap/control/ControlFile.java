package org.dmsnap.control;

import java.nio.charset.StandardCharsets;
import org.dmsnap.pool.Pool;

/**
 * One open control file: runs what is written to it, and answers reads with the usage or, after a
 * failed write, with the reason. One thread at a time.
 */
public final class ControlFile {

  private final Command command;
  private final Pool pool;
  private byte[] text;

  /** Opens {@code command}'s file. */
  public ControlFile(Command command, Pool pool) {
    this.command = command;
    this.pool = pool;
    this.text = command.usage().getBytes(StandardCharsets.UTF_8);
  }

  /** What a read from offset 0 gives now. */
  public byte[] text() {
    return text;
  }

  /**
   * Runs each line of {@code request} in turn, up to the first that fails.
   *
   * @return 0, or the errno, positive, with the reason then in {@link #text()}
   */
  public int write(byte[] request) {
    throw new UnsupportedOperationException(command.name() + pool.name());
  }
}
