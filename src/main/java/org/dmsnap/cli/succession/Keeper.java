package org.dmsnap.cli.succession;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import jnr.constants.platform.Errno;
import org.dmsnap.block.ErrnoException;
import org.dmsnap.block.HandedOn;
import org.dmsnap.block.KeptProcess;
import org.dmsnap.block.LibC;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The process beside a server that starts its successor, and holds what that is to have: it is
 * replaced by another whenever that changes, or if it ends.
 *
 * <p>The new one is there before the old one goes. Should the server end in between, both start a
 * successor; each keeper has a number, and the successor of one that is not noted in {@link Estate}
 * goes away.
 *
 * <p>Any number of threads.
 */
final class Keeper implements HandedOn {

  private static final Logger LOG = LoggerFactory.getLogger("dmsnap");
  private static final String SHELL = "/bin/sh";
  private static final int MOST_FAILURES = 10;
  private static final long PATIENCE_MILLIS = 5000;

  private final Inheritance left;
  private final Successor successor;
  private final Map<String, Integer> kept = new LinkedHashMap<>(); // guarded by this, as all below
  private @Nullable KeptProcess current;
  private @Nullable Thread watching; // current
  private @Nullable Estate estate;
  private boolean live; // whether a server that ends now is to be replaced
  private boolean stopping;
  private int deaths;
  private int failures;

  /**
   * @param successor how one is started
   */
  Keeper(Inheritance left, Successor successor) {
    this.left = left;
    this.successor = successor;
    kept.putAll(left.descriptors());
    deaths = left.deaths();
    live = left.keeper() != null;
    current = left.keeper();
    if (current != null) {
      watch(current);
    }
  }

  /** Where the number of the keeper is noted that counts. */
  synchronized void noteIn(Estate its) {
    estate = its;
  }

  @Override
  public int inherited(String name) {
    return left.descriptor(name);
  }

  @Override
  public synchronized void keep(String name, int descriptor) throws IOException {
    if (kept.size() >= KeptProcess.MOST && !kept.containsKey(name)) {
      throw new ErrnoException(
          Errno.EMFILE, "no more than " + KeptProcess.MOST + " descriptors can be kept");
    }
    int own = KeptProcess.own(descriptor);
    Integer before = kept.put(name, own);
    try {
      replaceIfLive();
    } catch (IOException failure) {
      undo(name, own, before);
      throw failure;
    }
    if (before != null && before != left.descriptor(name)) {
      LibC.INSTANCE.close(before);
    }
  }

  private void undo(String name, int own, @Nullable Integer before) {
    if (before == null) {
      kept.remove(name);
    } else {
      kept.put(name, before);
    }
    LibC.INSTANCE.close(own);
  }

  @Override
  public synchronized void drop(String name) throws IOException {
    Integer before = kept.remove(name);
    if (before == null) {
      return;
    }
    replaceIfLive();
    if (before != left.descriptor(name)) {
      LibC.INSTANCE.close(before);
    }
  }

  /** From now on, a server that ends is replaced. */
  synchronized void start() throws IOException {
    live = true;
    replace();
  }

  /** The server has answered somebody. */
  synchronized void answered() {
    deaths = 0;
    say("on");
  }

  /** The server is going to end, to be replaced. */
  synchronized void planned() {
    say("planned");
  }

  /**
   * The server is going to end, and is not to be replaced; returns once the keeper is gone, which
   * is killed if it does not go by itself, for it holds the pool's lock: a stopped one hears
   * nothing.
   */
  void stop() {
    Thread last;
    KeptProcess process;
    synchronized (this) {
      stopping = true;
      live = false;
      say("stop");
      last = watching;
      process = current;
    }
    if (last == null || process == null) {
      return;
    }
    try {
      last.join(PATIENCE_MILLIS);
      if (last.isAlive()) {
        process.kill();
        last.join(PATIENCE_MILLIS);
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void say(String word) {
    if (current != null) {
      current.say(word);
    }
  }

  private void replaceIfLive() throws IOException {
    if (live && estate != null) {
      replace();
    }
  }

  private void replace() throws IOException {
    Estate noted = Objects.requireNonNull(estate);
    long epoch = noted.newEpoch();
    KeptProcess started = start(epoch);
    noted.epoch(epoch);
    KeptProcess before = current;
    current = started;
    watch(started);
    if (before != null) {
      before.say("stop");
    }
  }

  private KeptProcess start(long epoch) throws IOException {
    int[] given = kept.values().stream().mapToInt(Integer::intValue).toArray();
    List<String> words =
        new ArrayList<>(
            List.of(SHELL, "-c", "eval \"$DMSNAP_KEEPER\"", "dmsnap-keeper", "" + deaths));
    words.addAll(successor.words());
    Map<String, String> own = new LinkedHashMap<>();
    own.put("DMSNAP_KEEPER", text());
    own.put(Inheritance.EPOCH, Long.toString(epoch));
    own.put("LISTEN_FDS", Integer.toString(given.length));
    own.put("LISTEN_FDNAMES", String.join(":", kept.keySet()));
    int[] outputs = successor.openOutputs();
    try {
      return KeptProcess.start(words, successor.environment(own), Arrays.copyOf(outputs, 2), given);
    } finally {
      Successor.closeOutputs(outputs);
    }
  }

  private static String text() throws IOException {
    try (var resource = Keeper.class.getResourceAsStream("keeper.sh")) {
      if (resource == null) {
        throw new IOException("keeper.sh is missing in the program");
      }
      return new String(resource.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private synchronized void watch(KeptProcess process) {
    Thread watch = new Thread(() -> ended(process), "keeper");
    watch.setDaemon(true);
    watch.start();
    watching = watch;
  }

  private void ended(KeptProcess process) {
    process.await();
    process.close();
    synchronized (this) {
      if (current == process && !stopping) {
        current = null;
        again();
      }
    }
  }

  private void again() {
    if (++failures > MOST_FAILURES) {
      LOG.error("the keeper has ended too often; should the server end, nobody replaces it");
      return;
    }
    try {
      replace();
      LOG.warn("the keeper has ended; another was started");
    } catch (IOException failure) {
      LOG.error("should the server end, nobody replaces it: {}", failure.getMessage());
    }
  }
}
