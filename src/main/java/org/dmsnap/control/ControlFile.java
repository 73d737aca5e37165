package org.dmsnap.control;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import jnr.constants.platform.Errno;
import org.dmsnap.block.ErrnoException;
import org.dmsnap.kernel.FileName;
import org.dmsnap.pool.Pool;
import org.dmsnap.pool.state.EventLog;
import org.dmsnap.pool.table.Commit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One open control file: runs what is written to it, and answers reads with the usage or, after a
 * failed write, with the reason. One thread at a time.
 */
public final class ControlFile implements Conversation {

  /** The longest request, in bytes. */
  static final int MAX_REQUEST = 64 << 10;

  /** The longest line, in bytes, its newline not counted. */
  static final int MAX_LINE = 4 << 10;

  private static final String MAKE_ROOM = "; make room in the file system of the pool";

  private static final Logger LOG = LoggerFactory.getLogger(ControlFile.class);

  private final Command command;
  private final Pool pool;
  private byte[] text;

  /** Opens {@code command}'s file. */
  public ControlFile(Command command, Pool pool) {
    this.command = command;
    this.pool = pool;
    this.text = FileName.bytes(command.usage());
  }

  @Override
  public void resume(byte[] left) {
    text = left;
  }

  @Override
  public byte[] text() {
    return text;
  }

  @Override
  public int write(byte[] request, int length, long position, Commit commit) {
    return write(Arrays.copyOf(request, length), commit);
  }

  /**
   * Runs each line of {@code request} in turn, up to the first that fails.
   *
   * @return 0, with what there is to warn of then in {@link #text()}; or the errno, positive, with
   *     the reason there
   */
  public int write(byte[] request) {
    return write(request, Commit.NONE);
  }

  /** As above; what of it is done already, by {@code commit}, is not done again. */
  public int write(byte[] request, Commit commit) {
    String line = "";
    int number = 0;
    List<String> warnings = new ArrayList<>();
    EventLog.hear(warnings);
    try {
      for (String next : lines(request)) {
        line = next;
        commit.once(number++, () -> run(next));
      }
      String reply = String.join("\n", warnings) + "\n";
      text = FileName.bytes(warnings.isEmpty() ? command.usage() : reply);
      return 0;
    } catch (Throwable e) { // the one place where a command's failure becomes an errno
      return failed(line, e);
    } finally {
      EventLog.hear(null);
    }
  }

  private void run(String line) throws Exception {
    if (line.isEmpty()) {
      return;
    }
    if (pool.readOnly() && command.changes()) {
      throw new ErrnoException(
          Errno.EROFS, "the pool is mounted read-only; mount it without ro to change it");
    }
    List<String> words = List.of(line.split(" +"));
    Group.members(command, words);
    command.run(pool, words);
    pool.log().info(command.name() + " " + line + ": done");
  }

  private int failed(String line, Throwable failure) {
    Errno errno = errnoOf(failure);
    String reason = reason(failure);
    if (reason.contains(Errno.ENOSPC.description())) { // the system's own words
      reason += MAKE_ROOM;
    }
    text = FileName.bytes(reason + "\n");
    if (!(failure instanceof IllegalArgumentException) && !(failure instanceof ErrnoException)) {
      LOG.error("{} {}", command.name(), line, failure);
    }
    String what = (command.name() + " " + line).strip();
    pool.log().error(what + ": failed, " + errno.name() + ": " + reason);
    return errno.intValue();
  }

  static Errno errnoOf(Throwable failure) {
    return failure instanceof IllegalArgumentException
        ? Errno.EINVAL
        : ErrnoException.errnoOf(failure);
  }

  static String reason(Throwable failure) {
    String message = failure.getMessage();
    return message == null ? failure.getClass().getSimpleName() : message.replace('\n', ' ');
  }

  /**
   * The lines of {@code request}, stripped and with one blank or more between words; refused as a
   * whole if any is too long.
   */
  private static List<String> lines(byte[] request) {
    if (request.length > MAX_REQUEST) {
      throw new IllegalArgumentException(
          "a request of " + request.length + " bytes is too long: at most " + MAX_REQUEST);
    }
    List<String> lines = new ArrayList<>();
    for (int start = 0, end; start < request.length; start = end + 1) {
      end = endOfLine(request, start);
      if (end - start > MAX_LINE) {
        throw new IllegalArgumentException(
            "a line of " + (end - start) + " bytes is too long: at most " + MAX_LINE);
      }
      lines.add(printable(new String(request, start, end - start, UTF_8)));
    }
    return lines;
  }

  private static int endOfLine(byte[] request, int start) {
    int end = start;
    while (end < request.length && request[end] != '\n') {
      end++;
    }
    return end;
  }

  /** White space becomes blanks, and what would garble a terminal a question mark. */
  static String printable(String line) {
    return line.replaceAll("\\s", " ").replaceAll("[\\p{Cc}\\p{Cf}\\p{Cs}]", "?").strip();
  }
}
