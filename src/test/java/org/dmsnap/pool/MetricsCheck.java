package org.dmsnap.pool;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.dmsnap.control.TextFiles;
import org.dmsnap.pool.volume.Device;

/** Whether a pool's metrics say of its snapshots what their status lines say. */
final class MetricsCheck {

  private static final Pattern USAGE = Pattern.compile("0 \\d+ snapshot (\\d+)/(\\d+) (\\d+)");
  private static final Pattern METRIC =
      Pattern.compile(
          "(?m)^dmsnap_snapshot_(valid|used_sectors|total_sectors|metadata_sectors)"
              + "\\{.*,volume=\"(.*)\",origin.*} (\\d+)$");

  private MetricsCheck() {}

  /** Compares, unless anything changes meanwhile: a merge and an extension go on by themselves. */
  static void check(Pool pool, Iterable<String> snapshots) {
    Map<String, String> before = statuses(pool, snapshots);
    Map<String, List<Long>> metrics = new TreeMap<>();
    Matcher line = METRIC.matcher(TextFiles.metrics(pool));
    while (line.find()) {
      metrics
          .computeIfAbsent(line.group(2), name -> new ArrayList<>())
          .add(Long.valueOf(line.group(3)));
    }
    if (before.equals(statuses(pool, snapshots))) {
      before.forEach((name, status) -> compare(status, metrics.getOrDefault(name, List.of())));
    }
  }

  private static void compare(String status, List<Long> metrics) {
    Matcher usage = USAGE.matcher(status);
    if (usage.matches()) {
      assertThat(metrics).as(status).containsExactly(1L, of(usage, 1), of(usage, 2), of(usage, 3));
    } else {
      assertThat(metrics).as(status).startsWith(status.endsWith(" Invalid") ? 0L : 1L);
    }
  }

  private static long of(Matcher usage, int group) {
    return Long.parseLong(usage.group(group));
  }

  private static Map<String, String> statuses(Pool pool, Iterable<String> snapshots) {
    Map<String, String> statuses = new TreeMap<>();
    for (String name : snapshots) {
      Device real = pool.device(name + "-real"); // of one that others read through
      Device device = real == null ? pool.device(name) : real;
      if (device != null) {
        statuses.put(name, device.status());
      }
    }
    return statuses;
  }
}
