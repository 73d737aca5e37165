package org.dmsnap.control;

import java.util.List;
import java.util.function.ToLongFunction;
import org.dmsnap.engine.CacheMemory;
import org.dmsnap.pool.Server;
import org.dmsnap.pool.volume.VolumeReport;
import org.dmsnap.store.Usage;

/** The state of the volumes as numbers, in the text format that Prometheus reads. */
final class MetricsText {

  /** Which volumes a metric is about. */
  private enum About {
    EVERY_VOLUME,
    SNAPSHOTS,
    LOADED_SNAPSHOTS
  }

  /** One metric: a gauge by volume. */
  private record Metric(
      String name, String help, About about, ToLongFunction<VolumeReport> value) {}

  private static final Usage NO_USAGE = new Usage(0, 0, 0);

  /** Every metric; add one here. */
  private static final List<Metric> ALL =
      List.of(
          new Metric(
              "dmsnap_volume_size_bytes",
              "Size of the volume.",
              About.EVERY_VOLUME,
              VolumeReport::bytes),
          new Metric(
              "dmsnap_volume_open",
              "1 if anyone has the volume open.",
              About.EVERY_VOLUME,
              volume -> flag(volume.open())),
          new Metric(
              "dmsnap_volume_suspended",
              "1 if writes to the volume are held by suspend.",
              About.EVERY_VOLUME,
              volume -> flag(volume.suspended())),
          new Metric(
              "dmsnap_volume_read_only",
              "1 if the volume cannot be written.",
              About.EVERY_VOLUME,
              volume -> flag(volume.readOnly())),
          new Metric(
              "dmsnap_volume_merging",
              "1 if the volume merges or is due to.",
              About.EVERY_VOLUME,
              volume -> flag(volume.merging())),
          new Metric(
              "dmsnap_volume_merge_failed",
              "1 if the merge of the volume has stopped at a failure.",
              About.EVERY_VOLUME,
              volume -> flag(volume.mergeFailed())),
          new Metric(
              "dmsnap_snapshot_valid",
              "0 if the snapshot is Invalid.",
              About.SNAPSHOTS,
              volume -> flag(!volume.invalid())),
          new Metric(
              "dmsnap_snapshot_overflow",
              "1 if a write to the snapshot found no space.",
              About.SNAPSHOTS,
              volume -> flag(volume.overflowed())),
          new Metric(
              "dmsnap_snapshot_used_sectors",
              "Allocated 512-byte sectors of the COW device.",
              About.LOADED_SNAPSHOTS,
              volume -> usage(volume).allocatedSectors()),
          new Metric(
              "dmsnap_snapshot_total_sectors",
              "Size of the COW device in 512-byte sectors.",
              About.LOADED_SNAPSHOTS,
              volume -> usage(volume).totalSectors()),
          new Metric(
              "dmsnap_snapshot_metadata_sectors",
              "Allocated 512-byte sectors that hold metadata.",
              About.LOADED_SNAPSHOTS,
              volume -> usage(volume).metadataSectors()));

  /** One number of the whole server. */
  private record ServerMetric(String name, String help, ToLongFunction<Server> value) {}

  /** Every metric of the server; add one here. */
  private static final List<ServerMetric> SERVER =
      List.of(
          new ServerMetric(
              "dmsnap_waiting_bytes",
              "Memory taken for new data that waits for its copy-outs, of all origins.",
              server -> CacheMemory.ofServer().used()),
          new ServerMetric(
              "dmsnap_waiting_limit_bytes",
              "How much memory that may be.",
              server -> CacheMemory.ofServer().most()),
          new ServerMetric(
              "dmsnap_server_successions",
              "How many servers of this mount have ended and been replaced.",
              Server::successions),
          new ServerMetric(
              "dmsnap_server_replaced",
              "1 if this server is replaced should it end, 0 if the mount is dead then.",
              server -> flag(server.replaced())));

  private MetricsText() {}

  /** All metrics of {@code volumes}. */
  static String render(String vg, List<VolumeReport> volumes, Server server) {
    StringBuilder text = new StringBuilder();
    for (ServerMetric metric : SERVER) {
      head(text, metric.name, metric.help);
      text.append(metric.name).append("{vg=\"").append(escape(vg)).append("\"} ");
      text.append(metric.value.applyAsLong(server)).append('\n');
    }
    for (Metric metric : ALL) {
      head(text, metric.name, metric.help);
      for (VolumeReport volume : volumes) {
        if (concerns(metric, volume)) {
          text.append(metric.name).append(labels(vg, volume));
          text.append(' ').append(metric.value.applyAsLong(volume)).append('\n');
        }
      }
    }
    return text.toString();
  }

  private static void head(StringBuilder text, String name, String help) {
    text.append("# HELP ").append(name).append(' ').append(help).append('\n');
    text.append("# TYPE ").append(name).append(" gauge\n");
  }

  private static boolean concerns(Metric metric, VolumeReport volume) {
    return switch (metric.about) {
      case EVERY_VOLUME -> true;
      case SNAPSHOTS -> volume.snapshot();
      case LOADED_SNAPSHOTS -> volume.snapshot() && volume.usage() != null;
    };
  }

  private static String labels(String vg, VolumeReport volume) {
    String origin = volume.origin();
    return "{vg=\""
        + escape(vg)
        + "\",volume=\""
        + escape(volume.name())
        + (origin == null ? "" : "\",origin=\"" + escape(origin))
        + "\"}";
  }

  /** As the format has it, in which a byte of a name that is not UTF-8 has no place. */
  static String escape(String label) {
    return label
        .replaceAll("\\p{Cs}", "\ufffd")
        .replace("\\", "\\\\")
        .replace("\"", "\\\"")
        .replace("\n", "\\n");
  }

  private static Usage usage(VolumeReport volume) {
    Usage usage = volume.usage();
    return usage == null ? NO_USAGE : usage;
  }

  private static long flag(boolean set) {
    return set ? 1 : 0;
  }
}
