package org.dmsnap.fuse;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.dmsnap.block.FileDirectory;
import org.dmsnap.pool.EventLog;
import org.dmsnap.pool.Pool;
import org.dmsnap.pool.PoolOptions;

/**
 * Compares 4 KiB random direct reads of one volume through jnr-fuse's own {@code mount()}, which
 * lets libfuse make the threads, with the same callbacks on our threads: pairs in turn, the median
 * of their ratios. Needs root, {@code /dev/fuse} and fio; run {@link #main} with the number of
 * pairs and of fio's jobs.
 */
final class StockMountComparison {

  private static final Pattern IOPS = Pattern.compile("\"iops\" : ([0-9.]+)");
  private static final int DEFAULT_PAIRS = 5;
  private static final int DEFAULT_JOBS = 4;
  private static final long VOLUME_BYTES = 64 << 20;
  private static final int SECONDS = 4;

  private final Path directory;
  private final Path mountpoint;

  private final int jobs;

  private StockMountComparison(Path directory, int jobs) throws IOException {
    this.jobs = jobs;
    this.directory = Files.createDirectories(directory.resolve("vg"));
    mountpoint = Files.createDirectories(directory.resolve("mnt"));
  }

  /** Prints the rates of each pair, and at last the median ratio. */
  public static void main(String[] arguments) throws Exception {
    int pairs = arguments.length > 0 ? Integer.parseInt(arguments[0]) : DEFAULT_PAIRS;
    int jobs = arguments.length > 1 ? Integer.parseInt(arguments[1]) : DEFAULT_JOBS;
    Path memory = Files.createTempDirectory(Path.of("/dev/shm"), "dmsnap");
    StockMountComparison comparison = new StockMountComparison(memory, jobs);
    double[] ratios = new double[pairs];
    for (int i = 0; i < pairs; i++) {
      double stock = comparison.stock();
      double ours = comparison.ours();
      ratios[i] = ours / stock;
      System.out.printf("stock %.0f IOPS, ours %.0f IOPS, ratio %.2f%n", stock, ours, ratios[i]);
    }
    Arrays.sort(ratios);
    System.out.printf("median ratio %.2f%n", ratios[pairs / 2]);
    comparison.clear();
  }

  private double stock() throws Exception {
    SessionLoop unused = new SessionLoop(2);
    try (Pool pool = open(unused)) {
      MountOptions options = MountOptions.defaults(directory);
      DmsnapFuse fileSystem = new DmsnapFuse(pool, unused, options);
      String words = new LibFuseOptions(options, true).arguments(mountpoint).get(3);
      fileSystem.mount(mountpoint, false, false, new String[] {"-o", words});
      try {
        return rate();
      } finally {
        fileSystem.umount();
      }
    }
  }

  private double ours() throws Exception {
    SessionLoop loop = new SessionLoop(MountOptions.defaultThreads());
    try (Pool pool = open(loop)) {
      FuseMount mount = FuseMount.mount(pool, loop, mountpoint, MountOptions.defaults(directory));
      try {
        return rate();
      } finally {
        mount.unmount();
        mount.close();
      }
    }
  }

  private Pool open(SessionLoop loop) throws IOException {
    Pool pool =
        Pool.open(FileDirectory.lock(directory, false), PoolOptions.DEFAULT, new EventLog(), loop);
    if (pool.device("base") == null) {
      pool.create("base", VOLUME_BYTES);
    }
    return pool;
  }

  private double rate() throws Exception {
    String file = mountpoint.resolve("base").toString();
    run("dd", "if=/dev/zero", "of=" + file, "bs=1M", "count=" + (VOLUME_BYTES >> 20));
    String said =
        run(
            "fio",
            "--name=r",
            "--filename=" + file,
            "--rw=randread",
            "--bs=4k",
            "--direct=1",
            "--ioengine=psync",
            "--ramp_time=2",
            "--time_based",
            "--runtime=" + SECONDS,
            "--size=" + VOLUME_BYTES,
            "--numjobs=" + jobs,
            "--group_reporting",
            "--output-format=json");
    Matcher matcher = IOPS.matcher(said);
    if (!matcher.find()) {
      throw new IOException("fio said no IOPS: " + said);
    }
    return Double.parseDouble(matcher.group(1));
  }

  private static String run(String... command) throws Exception {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (process.waitFor() != 0) {
      throw new IOException(String.join(" ", command) + ": " + said);
    }
    return said;
  }

  private void clear() throws IOException {
    try (var files = Files.walk(directory.getParent())) {
      for (Path path : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }
}
