package org.dmsnap.block;

import java.io.IOException;
import java.lang.ref.Reference;
import java.util.ArrayList;
import java.util.List;
import jnr.constants.platform.Errno;
import jnr.ffi.Memory;
import jnr.ffi.Pointer;
import jnr.ffi.Runtime;
import org.dmsnap.kernel.DescriptorLimit;
import org.dmsnap.kernel.FileName;
import org.dmsnap.kernel.OpenFile;

/**
 * A process that is given descriptors, numbered from 3 on, and hears by its standard input what it
 * is told and when this process has ended: the other end of that is open in no other process.
 * Java's own way closes all descriptors. It has a session of its own, no signals blocked, and what
 * signals do by default.
 *
 * <p>Any number of threads.
 */
public final class KeptProcess {

  /** The first descriptor that it is given. */
  public static final int FIRST = 3;

  /** At most so many descriptors can be given: half of what a process may have, if that is less. */
  public static final int MOST =
      (int) Math.min(500, DescriptorLimit.ofThisProcess() / 2 - FIRST - 1);

  /** Descriptors of this process that are to be given lie above those that are given. */
  private static final int LEAST_OWN = FIRST + MOST + 1;

  private static final LibC LIBC = LibC.INSTANCE;
  private static final SpawnCalls SPAWN = SpawnCalls.INSTANCE;
  private static final Runtime RUNTIME = Runtime.getSystemRuntime();

  // include/uapi/asm-generic/fcntl.h, include/uapi/linux/fcntl.h
  private static final int CLOSE_ON_EXEC = 02000000;
  private static final int SET_FLAGS = 2; // F_SETFD
  private static final int CLOSES = 1; // FD_CLOEXEC
  private static final int DUPLICATE = 1030; // F_DUPFD_CLOEXEC

  // spawn.h: defaults for signals, a signal mask, a session of its own
  private static final short ATTRIBUTES = 0x04 | 0x08 | 0x80;
  private static final int OBJECT_BYTES = 1024; // more than any of the C library's needs
  private static final int POLL_BYTES = 8;
  private static final int FOREVER = -1;
  private static final int STANDARD_INPUT = 0;

  private final int pid; // 0 if it is not a child of this process
  private final int pipe;
  private boolean closed; // guarded by this

  private KeptProcess(int pid, int pipe) {
    this.pid = pid;
    this.pipe = pipe;
  }

  /**
   * Starts one.
   *
   * @param words the program and its words
   * @param environment of the program, as {@code NAME=value}
   * @param outputs what are to be its standard output and standard error
   * @param given what it is to have from {@link #FIRST} on, {@linkplain #own made one's own}
   */
  public static KeptProcess start(
      List<String> words, List<String> environment, int[] outputs, int[] given) throws IOException {
    int[] ends = pipe();
    try {
      keepToThisProcess();
      return new KeptProcess(spawn(words, environment, actions(ends[0], outputs, given)), ends[1]);
    } catch (IOException | RuntimeException failure) {
      LIBC.close(ends[1]);
      throw failure;
    } finally {
      LIBC.close(ends[0]);
    }
  }

  /** One that others have started: this process's standard input is its end of the pipe. */
  public static KeptProcess startedBefore() throws IOException {
    KeptProcess before = new KeptProcess(0, own(STANDARD_INPUT));
    int nothing = LIBC.openat(STANDARD_INPUT, "/dev/null", OpenFlags.READ, 0);
    LIBC.dup2(nothing, STANDARD_INPUT);
    LIBC.close(nothing);
    return before;
  }

  /** Another number for an open file, which can be given, and which no child has by itself. */
  public static int own(int descriptor) throws IOException {
    int own = LIBC.fcntl(descriptor, DUPLICATE, LEAST_OWN);
    if (own < 0) {
      throw LastErrno.failure("another number for an open file");
    }
    return own;
  }

  /**
   * Keeps all that is open, but for the standard ones, from whatever is started by this process.
   */
  public static void keepToThisProcess() {
    for (int number : OpenFile.all()) {
      if (number >= FIRST) {
        LIBC.fcntl(number, SET_FLAGS, CLOSES);
      }
    }
  }

  private static int[] pipe() throws IOException {
    Pointer ends = Memory.allocateDirect(RUNTIME, 2 * Integer.BYTES);
    if (SPAWN.pipe2(ends, CLOSE_ON_EXEC) < 0) {
      throw LastErrno.failure("make a pipe");
    }
    int[] low = {ends.getInt(0), ends.getInt(Integer.BYTES)};
    try {
      return new int[] {own(low[0]), own(low[1])};
    } finally {
      LIBC.close(low[0]);
      LIBC.close(low[1]);
    }
  }

  private static Pointer actions(int input, int[] outputs, int[] given) {
    Pointer actions = Memory.allocateDirect(RUNTIME, OBJECT_BYTES, true);
    SPAWN.posix_spawn_file_actions_init(actions);
    SPAWN.posix_spawn_file_actions_adddup2(actions, input, 0);
    for (int i = 0; i < outputs.length; i++) {
      SPAWN.posix_spawn_file_actions_adddup2(actions, outputs[i], i + 1);
    }
    for (int i = 0; i < given.length; i++) {
      SPAWN.posix_spawn_file_actions_adddup2(actions, given[i], FIRST + i);
    }
    return actions;
  }

  private static int spawn(List<String> words, List<String> environment, Pointer actions)
      throws IOException {
    Pointer pid = Memory.allocateDirect(RUNTIME, Integer.BYTES);
    List<Pointer> texts = new ArrayList<>();
    Pointer attributes = attributes();
    try {
      int errno =
          SPAWN.posix_spawn(
              pid,
              words.get(0),
              actions,
              attributes,
              vector(words, texts),
              vector(environment, texts),
              0);
      if (errno != 0) {
        throw LastErrno.failure("start " + words.get(0), Errno.valueOf(errno));
      }
      return pid.getInt(0);
    } finally {
      SPAWN.posix_spawnattr_destroy(attributes);
      SPAWN.posix_spawn_file_actions_destroy(actions);
      Reference.reachabilityFence(texts);
    }
  }

  private static Pointer attributes() {
    Pointer attributes = Memory.allocateDirect(RUNTIME, OBJECT_BYTES, true);
    Pointer signals = Memory.allocateDirect(RUNTIME, OBJECT_BYTES, true);
    SPAWN.posix_spawnattr_init(attributes);
    SPAWN.posix_spawnattr_setflags(attributes, ATTRIBUTES);
    SPAWN.sigemptyset(signals);
    SPAWN.posix_spawnattr_setsigmask(attributes, signals);
    SPAWN.sigfillset(signals);
    SPAWN.posix_spawnattr_setsigdefault(attributes, signals);
    return attributes;
  }

  /** A vector of texts, with a null behind the last; {@code texts} keeps them. */
  private static Pointer vector(List<String> words, List<Pointer> texts) {
    int bytes = RUNTIME.addressSize();
    Pointer vector = Memory.allocateDirect(RUNTIME, (words.size() + 1) * bytes, true);
    texts.add(vector);
    for (int i = 0; i < words.size(); i++) {
      byte[] word = FileName.bytes(words.get(i));
      Pointer text = Memory.allocateDirect(RUNTIME, word.length + 1, true);
      text.put(0, word, 0, word.length);
      vector.putPointer((long) i * bytes, text);
      texts.add(text);
    }
    return vector;
  }

  /** Tells it a word; one that has ended hears none. */
  public synchronized void say(String word) {
    if (!closed) {
      NativeBuffer line = NativeBuffer.copyOf(FileName.bytes(word + "\n"));
      LIBC.write(pipe, line.address(), line.remaining());
    }
  }

  /** Waits until it has ended. */
  public void await() {
    Pointer poll = Memory.allocateDirect(RUNTIME, POLL_BYTES, true);
    poll.putInt(0, pipe);
    int ready = 0;
    while (ready <= 0) {
      ready = SPAWN.poll(poll, 1, FOREVER); // nothing but that nobody reads is told
    }
    if (pid > 0) {
      SPAWN.waitpid(pid, Memory.allocateDirect(RUNTIME, Integer.BYTES), 0);
    }
  }

  /** Gives back this process's end; after it has ended. */
  public synchronized void close() {
    if (!closed) {
      closed = true;
      LIBC.close(pipe);
    }
  }

  /** Kills it, if this process has started it. */
  public void kill() {
    if (pid > 0) {
      ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly);
    }
  }
}
