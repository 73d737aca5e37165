package org.dmsnap.control;

import java.util.ArrayList;
import java.util.List;
import java.util.function.LongUnaryOperator;
import org.dmsnap.block.Sectors;
import org.dmsnap.pool.Pool;
import org.dmsnap.pool.change.ReceptionRequest;
import org.jspecify.annotations.Nullable;

/** Receives a stream: its control file takes a line, then the stream, and fsync(2) at its end. */
final class ReceiveCommand implements Command {

  private static final String BY_NAME = "by-name";
  private static final String VERIFY = "verify";
  private static final long CHUNK_SECTORS = 16;

  @Override
  public String name() {
    return "receive";
  }

  @Override
  public String words() {
    return "NAME [COWSIZE] [by-name] [verify]";
  }

  @Override
  public String purpose() {
    return "Receives a stream that follows the line: a whole volume becomes the origin NAME, an"
        + " increment the snapshot NAME of what it is a difference from, with room for COWSIZE of"
        + " changes, or for all there can be. It is there once fsync has succeeded; a file that is"
        + " closed before leaves nothing. The command dmsnap receive does all that.";
  }

  @Override
  public Conversation open(Pool pool) {
    return new ReceiveFile(this, pool);
  }

  /** What the words of the line ask for. */
  static ReceptionRequest request(Pool pool, List<String> words) {
    List<String> rest = new ArrayList<>(words.subList(1, words.size()));
    boolean byName = rest.remove(BY_NAME);
    boolean verify = rest.remove(VERIFY);
    if (rest.size() > 1) {
      throw new IllegalArgumentException("too many words: " + String.join(" ", rest));
    }
    LongUnaryOperator room = rest.isEmpty() ? null : room(pool, rest.get(0));
    return new ReceptionRequest(words.get(0), room, byName, verify);
  }

  private static @Nullable LongUnaryOperator room(Pool pool, String size) {
    if (Sizes.isShare(size)) {
      return bytes -> Sizes.share(size, bytes, Sectors.toBytes(CHUNK_SECTORS), pool.log());
    }
    long bytes = Sizes.parse(size, pool.log());
    return any -> bytes;
  }

  @Override
  public void run(Pool pool, List<String> words) {
    throw new IllegalArgumentException("a stream must follow; see: dmsnap receive --help");
  }
}
