package org.dmsnap.cli.mounted;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The servers of a mount, as {@code ctl/metrics} tells of them.
 *
 * @param replaced whether this one is replaced should it die
 * @param successions how many were before it
 */
public record Servers(boolean replaced, long successions) {

  private static final Pattern NUMBER =
      Pattern.compile("^dmsnap_server_(replaced|successions)\\{.*} (\\d+)$", Pattern.MULTILINE);

  /** Those of {@code pool}; one of a version that tells nothing was the first, and is the last. */
  public static Servers of(MountedPool pool) throws IOException {
    Map<String, Long> values = new HashMap<>();
    Matcher numbers = NUMBER.matcher(metrics(pool));
    while (numbers.find()) {
      values.put(numbers.group(1), Long.parseLong(numbers.group(2)));
    }
    return new Servers(
        values.getOrDefault("replaced", 0L) > 0, values.getOrDefault("successions", 0L));
  }

  private static String metrics(MountedPool pool) throws IOException {
    try {
      return pool.read("metrics");
    } catch (NoSuchFileException older) {
      return "";
    }
  }
}
