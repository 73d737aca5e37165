package org.dmsnap.cli.succession;

import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import org.dmsnap.block.KeptProcess;
import org.dmsnap.block.LibC;
import org.jspecify.annotations.Nullable;

/**
 * What this process was left by a predecessor, as systemd hands on descriptors, and a keeper too:
 * {@code LISTEN_FDS} of them from 3 on, whose names are in {@code LISTEN_FDNAMES}, for the process
 * {@code LISTEN_PID}. A keeper says besides how often a server has died ({@code DMSNAP_DEATHS}),
 * and which keeper it is ({@code DMSNAP_EPOCH}); standard input leads to the next one.
 */
public final class Inheritance {

  private static final String DEATHS = "DMSNAP_DEATHS";
  static final String EPOCH = "DMSNAP_EPOCH";

  private static final Map<String, Integer> NOTHING = Map.of();

  private final Map<String, Integer> descriptors;
  private final int deaths;
  private final long epoch;
  private final @Nullable KeptProcess keeper;

  private Inheritance(
      Map<String, Integer> descriptors, int deaths, long epoch, @Nullable KeptProcess keeper) {
    this.descriptors = descriptors;
    this.deaths = deaths;
    this.epoch = epoch;
    this.keeper = keeper;
  }

  /** That of this process; asked once, before it opens anything by a number of its own. */
  public static Inheritance ofThisProcess() throws IOException {
    Map<String, String> environment = System.getenv();
    String pid = Long.toString(ProcessHandle.current().pid());
    if (!pid.equals(environment.get("LISTEN_PID"))) {
      return new Inheritance(NOTHING, 0, 0, null);
    }
    boolean kept = environment.containsKey(DEATHS);
    Map<String, Integer> descriptors = taken(environment);
    return new Inheritance(
        descriptors,
        kept ? number(environment, DEATHS) : 0,
        kept ? number(environment, EPOCH) : 0,
        kept ? KeptProcess.startedBefore() : null);
  }

  private static Map<String, Integer> taken(Map<String, String> environment) throws IOException {
    String[] names = environment.getOrDefault("LISTEN_FDNAMES", "").split(":", -1);
    int count = Math.min(number(environment, "LISTEN_FDS"), names.length);
    Map<String, Integer> taken = new HashMap<>();
    for (int i = 0; i < count; i++) {
      taken.put(names[i], KeptProcess.own(KeptProcess.FIRST + i));
    }
    for (int i = 0; i < count; i++) {
      LibC.INSTANCE.close(KeptProcess.FIRST + i);
    }
    return taken;
  }

  private static int number(Map<String, String> environment, String name) {
    String text = environment.getOrDefault(name, "");
    return text.matches("[0-9]{1,9}") ? Integer.parseInt(text) : 0;
  }

  /** Whether there is any: a mount to go on with. */
  public boolean isThere() {
    return !descriptors.isEmpty();
  }

  /** The descriptor of that name, or -1; it stays this process's. */
  int descriptor(String name) {
    return descriptors.getOrDefault(name, -1);
  }

  /** All of them. */
  Map<String, Integer> descriptors() {
    return descriptors;
  }

  /** How many servers have died in a row between which nobody was answered. */
  int deaths() {
    return deaths;
  }

  /** Which keeper has started this process. */
  long epoch() {
    return epoch;
  }

  /** The next keeper, which is there already; null if there is none. */
  @Nullable KeptProcess keeper() {
    return keeper;
  }
}
