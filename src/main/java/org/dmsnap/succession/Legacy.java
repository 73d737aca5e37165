package org.dmsnap.succession;

import java.io.IOException;
import java.util.List;
import jnr.constants.platform.Errno;
import org.dmsnap.block.ChangeTime;
import org.dmsnap.block.ErrnoException;
import org.dmsnap.block.SharedMemory;
import org.jspecify.annotations.Nullable;

/**
 * What a server leaves of one volume that is nowhere else: to a successor it is as it was.
 *
 * <pre>
 *      0  what it is: 0 for nothing, else valid       64  its key: a length, and a text
 *      8  {@link Trait}s, a bit each                 320  why something failed, alike
 *     16  records that are durable, plus one         576  its table line, if nothing else has it
 *     24  the errno of what failed
 *     32  when it was changed; 40 what is beneath
 * </pre>
 *
 * <p>Any number of threads; each is told of here by whoever it belongs to: an exception store, the
 * engine, the pool.
 */
public final class Legacy {

  /** Nobody succeeds: what is noted is forgotten, and nothing was left. */
  public static final Legacy NONE = new Legacy(null, 0);

  /** There is no place for what is to be left: it must be durable before it is acknowledged. */
  public static final int NO_PLACE = Records.NONE;

  /** There is nobody to leave it to. */
  private static final int NO_NEED = -2;

  private static final int TRAITS = 8;
  private static final int RECORDS = 16;
  private static final int FAILED = 24;
  private static final int TIMES = 32;
  private static final int KEY = 64;
  private static final int FAILURE = 320;
  private static final int LINE = 576;
  private static final int MOST_KEY = 240;
  private static final int MOST_FAILURE = 240;
  private static final int MOST_LINE = Layout.VOLUME_BYTES - LINE - Long.BYTES;

  /** What a volume can be. */
  public enum Kind {
    ORIGIN(1),
    SNAPSHOT(2),
    /** A transient snapshot, which no table lists. */
    TRANSIENT(3);

    private final long word; // that says so

    Kind(long word) {
      this.word = word;
    }
  }

  /** What can be true of a volume, in memory alone. */
  public enum Trait {
    /** A snapshot is in Overflow. */
    OVERFLOWED(1),
    /** A transient snapshot is Invalid. */
    INVALID(2),
    /** Writes to a snapshot were acknowledged since it was last flushed. */
    UNFLUSHED(4),
    /** An origin's changes are held. */
    SUSPENDED(8);

    private final long bit;

    Trait(long bit) {
      this.bit = bit;
    }
  }

  private final @Nullable Succession succession;
  private final int number;
  private final long at;
  private volatile boolean gone;

  Legacy(@Nullable Succession succession, int number) {
    this.succession = succession;
    this.number = number;
    this.at = succession == null ? 0 : succession.volumeAt(number);
  }

  /** Makes it one of nothing that has happened yet, and of nothing that counts yet. */
  void begin(String key, String line) throws ErrnoException {
    SharedMemory memory = memory();
    for (int word = 0; word < KEY; word += Long.BYTES) {
      memory.publish(at + word, 0);
    }
    memory.put(at + FAILURE, 0);
    memory.putText(at + LINE, line, MOST_LINE);
    memory.putText(at + KEY, key, MOST_KEY);
  }

  /** It counts from now on. */
  void count(Kind kind) {
    memory().publish(at, kind.word);
  }

  /** A transient snapshot that was only begun has been taken: it counts from now on. */
  public void taken() {
    if (succession != null) {
      count(Kind.TRANSIENT);
    }
  }

  /** Whether it is one of a transient snapshot that has been taken. */
  public boolean isTransient() throws ErrnoException {
    return leaves() && kind() == Kind.TRANSIENT;
  }

  void end() {
    memory().publish(at, 0);
    gone = true;
  }

  int number() {
    return number;
  }

  /** What it is, or null if it is nothing. */
  @Nullable Kind kind() throws ErrnoException {
    long word = memory().get(at);
    for (Kind kind : Kind.values()) {
      if (kind.word == word) {
        return kind;
      }
    }
    if (word != 0) {
      throw Layout.unreadable("a volume of kind " + word);
    }
    return null;
  }

  /** What it is known by. */
  public String key() throws ErrnoException {
    return memory().text(at + KEY, MOST_KEY);
  }

  /** Its table line. */
  public String line() throws ErrnoException {
    return memory().text(at + LINE, MOST_LINE);
  }

  /** Whether that is true of it. */
  public boolean is(Trait trait) {
    return leaves() && (memory().get(at + TRAITS) & trait.bit) != 0;
  }

  /** That is, or is not, true of it from now on. */
  public synchronized void is(Trait trait, boolean now) {
    if (leaves() && is(trait) != now) {
      publish(at + TRAITS, memory().get(at + TRAITS) ^ trait.bit);
    }
  }

  /** How many records of its store are durable, or -1 if that was not left. */
  public long records() {
    return succession == null ? -1 : memory().get(at + RECORDS) - 1;
  }

  /** So many records of its store are durable. */
  public void records(long durable) {
    publish(at + RECORDS, durable + 1);
  }

  /** What has failed for good, until the pool is opened anew, or null. */
  public @Nullable ErrnoException failure() throws ErrnoException {
    long errno = succession == null ? 0 : memory().get(at + FAILED);
    return errno == 0
        ? null
        : new ErrnoException(Errno.valueOf(errno), memory().text(at + FAILURE, MOST_FAILURE));
  }

  /** Something has failed for good. */
  public synchronized void failed(IOException failure) {
    if (!leaves() || memory().get(at + FAILED) != 0) {
      return;
    }
    String why = String.valueOf(failure.getMessage());
    try {
      memory().putText(at + FAILURE, why.substring(0, Math.min(why.length(), 80)), MOST_FAILURE);
    } catch (ErrnoException tooLong) {
      throw new IllegalStateException("80 characters are more than 240 bytes", tooLong);
    }
    publish(at + FAILED, ErrnoException.errnoOf(failure).longValue());
  }

  /**
   * The time of its last change, or of what is {@code beneath} it: what was left, else {@code
   * nanos}.
   */
  public ChangeTime time(boolean beneath, long nanos) {
    SharedMemory memory = succession == null ? null : succession.memory();
    if (memory == null) {
      return new ChangeTime(nanos);
    }
    long word = at + TIMES + (beneath ? Long.BYTES : 0);
    long left = memory.get(word);
    ChangeTime time = left == 0 ? new ChangeTime(nanos) : ChangeTime.inherited(left);
    keep(time, beneath);
    return time;
  }

  /** Keeps a time of it, and no longer that of another that was kept so. */
  public void keep(ChangeTime time, boolean beneath) {
    if (leaves()) {
      long word = at + TIMES + (beneath ? Long.BYTES : 0);
      time.keep(nanos -> publish(word, nanos));
    }
  }

  /** Whether anything is left: not once it is gone, when another volume may have its place. */
  private boolean leaves() {
    return succession != null && !gone;
  }

  private void publish(long word, long value) {
    if (leaves()) {
      memory().publish(word, value);
    }
  }

  /** The exceptions that were committed and not durable when a predecessor died; asked once. */
  public List<LeftRun> exceptions() {
    return succession == null ? List.of() : succession.exceptions().take(number);
  }

  /**
   * Exceptions are committed; they are to be {@link #durable} there some time.
   *
   * @return where, or {@link #NO_PLACE}
   */
  public int committed(long oldFirst, long first, long count) {
    return succession == null || gone
        ? NO_NEED
        : succession.exceptions().add(number, oldFirst, first, count);
  }

  /** The exceptions there are durable. */
  public void durable(int place) {
    if (succession != null && !gone && place >= 0) {
      succession.exceptions().remove(place);
    }
  }

  /** What its new data waits in. */
  public BlockBuffers blocks() {
    return succession == null ? BlockBuffers.PRIVATE : succession.blocks().of(number);
  }

  /** Whether a predecessor left blocks of new data. */
  public boolean hasBlocks() {
    return succession != null && succession.blocks().anyOf(number);
  }

  /**
   * Memory for all exceptions of a transient snapshot, a word for each chunk of its COW device;
   * null if nobody succeeds.
   */
  public @Nullable SharedMemory chunks(long count) throws IOException {
    return succession == null ? null : succession.chunks(key(), count);
  }

  /** It is gone: nothing of it is left. */
  public void release() throws IOException {
    if (succession != null) {
      succession.release(this);
    }
  }

  private SharedMemory memory() {
    if (succession == null) {
      throw new IllegalStateException("nobody succeeds");
    }
    return succession.memory();
  }
}
