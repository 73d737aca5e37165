package org.dmsnap.control;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import jnr.constants.platform.Errno;
import org.dmsnap.block.ErrnoException;
import org.dmsnap.kernel.FileName;
import org.dmsnap.pool.Pool;
import org.dmsnap.pool.Receiving;
import org.dmsnap.pool.state.EventLog;
import org.dmsnap.pool.table.Commit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The open control file {@code receive}: a line, then a stream, from offset 0 on without a gap;
 * fsync ends it. Closing it before, as the kernel does for whoever is killed, leaves nothing.
 */
final class ReceiveFile implements Conversation {

  private static final Logger LOG = LoggerFactory.getLogger(ReceiveFile.class);

  /** How a step ended. */
  private interface Step {
    void run() throws IOException;
  }

  private final ReceiveCommand command;
  private final Pool pool;
  private final List<String> warnings = new ArrayList<>();
  private byte[] text;
  private String line = "";
  private @Nullable Receiving stream;
  private long taken;
  private boolean over;
  private boolean lost; // with another server

  ReceiveFile(ReceiveCommand command, Pool pool) {
    this.command = command;
    this.pool = pool;
    this.text = FileName.bytes(command.usage());
  }

  @Override
  public byte[] text() {
    return text;
  }

  @Override
  public int write(byte[] request, int length, long position, Commit commit) {
    try {
      attempt(() -> take(request, length, position));
      return 0;
    } catch (ErrnoException failure) {
      return failure.errno().intValue();
    }
  }

  private void take(byte[] request, int length, long position) throws IOException {
    checkOrder(position);
    int start = 0;
    if (taken == 0) {
      start = begin(request, length);
    }
    Receiving begun = stream;
    if (begun != null && start < length) {
      begun.accept(request, start, length - start);
    }
    taken += length;
  }

  /** What was begun with another server, or has failed, is not gone on with. */
  private void checkOrder(long position) throws ErrnoException {
    if (lost) {
      throw replaced();
    }
    if (position != taken || over) {
      throw new ErrnoException(
          Errno.EPIPE,
          "this is no beginning of a stream: what came before it was not taken; begin again");
    }
  }

  /** A stream is not handed on; whether its end has been reached is to be seen. */
  private static ErrnoException replaced() {
    return new ErrnoException(
        Errno.EPIPE,
        "the server was replaced while the stream came: unless the volume is there by now, begin"
            + " again");
  }

  @Override
  public void resume(byte[] left) {
    text = left;
    lost = true;
  }

  private int begin(byte[] request, int length) throws IOException {
    int end = 0;
    while (end < length && request[end] != '\n') {
      end++;
    }
    if (end > ControlFile.MAX_LINE) {
      throw new IllegalArgumentException("a line has at most " + ControlFile.MAX_LINE + " bytes");
    }
    line = ControlFile.printable(new String(request, 0, end, UTF_8));
    List<String> words = List.of(line.split(" +"));
    if (line.isEmpty()) {
      throw new IllegalArgumentException("usage: " + command.words());
    }
    stream = pool.streams().receive(ReceiveCommand.request(pool, words));
    return Math.min(end + 1, length);
  }

  @Override
  public void flush() throws IOException {
    if (lost) {
      attempt(
          () -> {
            throw replaced();
          });
    }
    Receiving begun = stream;
    if (begun != null && !over) {
      attempt(begun::finish);
      over = true;
      pool.log().info(command.name() + " " + line + ": done");
      String reply = String.join("\n", warnings) + "\n";
      text = FileName.bytes(warnings.isEmpty() ? command.usage() : reply);
    }
  }

  private void attempt(Step step) throws ErrnoException {
    EventLog.hear(warnings);
    try {
      step.run();
    } catch (Throwable failure) { // where a failure becomes an errno and words
      throw failed(failure);
    } finally {
      EventLog.hear(null);
    }
  }

  private ErrnoException failed(Throwable failure) {
    over = true;
    close();
    Errno errno =
        failure instanceof IllegalArgumentException ? Errno.EINVAL : ControlFile.errnoOf(failure);
    String reason = ControlFile.reason(failure);
    if (!(failure instanceof IllegalArgumentException) && !(failure instanceof ErrnoException)) {
      LOG.error("{} {}", command.name(), line, failure);
    }
    text = FileName.bytes(reason + "\n");
    String what = command.name() + " " + line;
    pool.log().error(what + ": failed, " + errno.name() + ": " + reason);
    return new ErrnoException(errno, reason, failure);
  }

  @Override
  public void close() {
    Receiving begun = stream;
    stream = null;
    if (begun != null) {
      begun.close();
      if (!over) {
        pool.log().warning(command.name() + " " + line + ": given up before its end");
      }
    }
  }
}
