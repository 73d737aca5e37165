package org.dmsnap.cli.mount;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.dmsnap.engine.OverflowPolicy;
import org.dmsnap.fuse.MountOptions;
import org.dmsnap.pool.state.PoolOptions;

/** Makes settings of the words after {@code -o}; of two that contradict, the later counts. */
public final class MountOptionParser {

  /** Options of mount(8) that any file system takes and that mean nothing here. */
  private static final Set<String> GENERIC =
      Set.of(
          ("defaults auto noauto nofail user nouser users owner group _netdev dev nodev suid nosuid"
                  + " atime noatime diratime nodiratime relatime norelatime strictatime"
                  + " nostrictatime lazytime nolazytime sync async dirsync mand nomand iversion"
                  + " noiversion silent loud symfollow nosymfollow nobootwait"
                  // and what is always so
                  + " default_permissions subtype=dmsnap")
              .split(" ", -1));

  private static final List<String> GENERIC_PREFIXES =
      List.of("x-", "X-", "user=", "comment=", "helper=", "uhelper=");

  private static final Set<String> VALUED =
      Set.of(
          ("uid gid mode umask fmask autoextend_threshold autoextend_percent overflow threads"
                  + " keeper")
              .split(" ", -1));

  private static final Map<String, OverflowPolicy> OVERFLOW =
      Map.of("invalidate", OverflowPolicy.INVALIDATE, "refuse", OverflowPolicy.REFUSE);

  private static final int LEAST_THRESHOLD = 50;
  private static final int THRESHOLD_OFF = 100;
  private static final int LEAST_THREADS = 2;
  private static final int MOST_THREADS = 1024;
  private static final long MAX_ID = 0xFFFFFFFEL; // -1 means "leave as it is" to the kernel

  private static final int ALL_READ_AND_WRITE = 0666;

  private final Path source;
  private final Set<String> handedOn = new LinkedHashSet<>();
  private final List<String> warnings = new ArrayList<>();
  private boolean readOnly;
  private boolean acceptChangedOrigin;
  private boolean allowOther;
  private boolean allowRoot;
  private boolean keeper = true;
  private boolean stack;
  private int threshold = PoolOptions.DEFAULT.autoextendThreshold();
  private int percent = PoolOptions.DEFAULT.autoextendPercent();
  private OverflowPolicy overflow = PoolOptions.DEFAULT.overflow();
  private int mode = MountOptions.DEFAULT_MODE;
  private int threads = MountOptions.defaultThreads();
  private int uid;
  private int gid;

  private MountOptionParser(Path source) {
    this.source = source;
    MountOptions defaults = MountOptions.defaults(source);
    uid = defaults.uid();
    gid = defaults.gid();
  }

  /**
   * The settings for a mount of {@code source}.
   *
   * @param lists comma-separated options, as given with each {@code -o}
   * @throws IllegalArgumentException naming the option that is not known or not right
   */
  public static MountSettings parse(Path source, List<String> lists) {
    MountOptionParser parser = new MountOptionParser(source);
    for (String list : lists) {
      for (String option : OptionWords.of(list)) {
        parser.take(option);
      }
    }
    return parser.settings();
  }

  /**
   * Takes {@code options} for nothing.
   *
   * @throws IllegalArgumentException naming the option that is not known or not right
   */
  static void understand(List<String> options) {
    MountOptionParser parser = new MountOptionParser(Path.of("/"));
    options.forEach(parser::take);
  }

  private void take(String option) {
    int equals = option.indexOf('=');
    if (option.isEmpty() || isGeneric(option)) {
      return;
    }
    if (equals < 0) {
      takeFlag(option);
    } else {
      takeValue(option.substring(0, equals), option.substring(equals + 1));
    }
  }

  private static boolean isGeneric(String option) {
    return GENERIC.contains(option) || GENERIC_PREFIXES.stream().anyMatch(option::startsWith);
  }

  private void takeFlag(String option) {
    switch (option) {
      case "ro" -> readOnly = true;
      case "rw" -> readOnly = false;
      case "allow_other" -> allowOther = true;
      case "allow_root" -> allowRoot = true;
      case "accept_changed_origin" -> acceptChangedOrigin = true;
      case "stack" -> stack = true;
      case MountOptions.NONEMPTY, MountOptions.NOEXEC -> handedOn.add(option);
      case "exec" -> handedOn.remove(MountOptions.NOEXEC);
      default -> throw VALUED.contains(option) ? valueless(option) : unknown(option);
    }
  }

  private void takeValue(String name, String value) {
    switch (name) {
      case "uid" -> uid = (int) number(name, value, 0, MAX_ID);
      case "gid" -> gid = (int) number(name, value, 0, MAX_ID);
      case "mode" -> mode = permissions(name, value);
      case "umask", "fmask" -> mode = ALL_READ_AND_WRITE & ~permissions(name, value);
      case "context", "fscontext", "defcontext", "rootcontext" ->
          handedOn.add(name + "=" + context(name, value));
      case "autoextend_threshold" -> threshold = (int) number(name, value, 0, THRESHOLD_OFF);
      case "autoextend_percent" -> percent = (int) number(name, value, 0, Integer.MAX_VALUE);
      case "overflow" -> overflow = policy(value);
      case "keeper" -> keeper = onOrOff(name, value);
      case "threads" -> threads = (int) number(name, value, 1, MOST_THREADS);
      case "ro",
          "rw",
          "allow_other",
          "allow_root",
          "accept_changed_origin",
          "stack",
          "nonempty",
          "noexec" ->
          throw new IllegalArgumentException(
              "mount option " + name + "=" + value + ": it takes no value");
      default -> throw unknown(name + "=" + value);
    }
  }

  private MountSettings settings() {
    if (threshold < LEAST_THRESHOLD) {
      warnings.add("autoextend_threshold=" + threshold + " is raised to 50, the least there is");
      threshold = LEAST_THRESHOLD;
    }
    if (percent == 0 && threshold < THRESHOLD_OFF) {
      throw new IllegalArgumentException(
          "autoextend_percent=0 would never extend a snapshot; to switch that off say"
              + " autoextend_threshold=100");
    }
    if (threads < LEAST_THREADS) {
      warnings.add("threads=" + threads + " is raised to 2, the least there is");
      threads = LEAST_THREADS;
    }
    return new MountSettings(
        new PoolOptions(
            readOnly, acceptChangedOrigin, threshold, Math.max(1, percent), overflow, stack),
        new MountOptions(
            source,
            uid,
            gid,
            mode,
            allowOther,
            allowRoot,
            readOnly,
            threads,
            List.copyOf(handedOn)),
        keeper,
        List.copyOf(warnings));
  }

  private static long number(String name, String value, long least, long most) {
    long number = value.matches("[0-9]{1,10}") ? Long.parseLong(value) : -1;
    if (number < least || number > most) {
      throw new IllegalArgumentException(
          name + "=" + value + ": it must be a number from " + least + " to " + most);
    }
    return number;
  }

  private static int permissions(String name, String value) {
    if (!value.matches("0*[0-7]{1,3}")) {
      throw new IllegalArgumentException(
          name + "=" + value + ": it must be an octal number from 0 to 777, such as 0660");
    }
    return Integer.parseInt(value, 8);
  }

  private static boolean onOrOff(String name, String value) {
    if (!value.equals("on") && !value.equals("off")) {
      throw new IllegalArgumentException(name + "=" + value + ": it must be on or off");
    }
    return value.equals("on");
  }

  private static OverflowPolicy policy(String value) {
    OverflowPolicy policy = OVERFLOW.get(value);
    if (policy == null) {
      throw new IllegalArgumentException("overflow=" + value + ": it must be invalidate or refuse");
    }
    return policy;
  }

  /** In quotes, as the kernel wants what has commas. */
  private static String context(String name, String value) {
    String bare = value.replace("\"", "");
    if (bare.isEmpty()) {
      throw valueless(name);
    }
    return bare.indexOf(',') < 0 ? bare : '"' + bare + '"';
  }

  private static IllegalArgumentException valueless(String option) {
    return new IllegalArgumentException(
        "mount option " + option + ": it needs a value, " + option + "=...");
  }

  private static IllegalArgumentException unknown(String option) {
    String reason = OptionWords.reasonAgainst(option);
    return new IllegalArgumentException(
        reason.isEmpty()
            ? "unknown mount option " + option
            : "mount option " + option + ": " + reason);
  }
}
