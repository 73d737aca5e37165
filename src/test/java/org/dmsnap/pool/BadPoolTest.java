package org.dmsnap.pool;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.dmsnap.block.ErrnoException;
import org.dmsnap.block.FileDirectory;
import org.dmsnap.block.NativeBuffer;
import org.dmsnap.fuzz.Figures;
import org.dmsnap.fuzz.Mutator;
import org.dmsnap.fuzz.Seeds;
import org.dmsnap.pool.load.PoolCheck;
import org.dmsnap.pool.state.PoolOptions;
import org.dmsnap.pool.table.PoolTable;
import org.dmsnap.pool.table.TableParser;
import org.dmsnap.pool.table.VolumeName;
import org.dmsnap.pool.volume.Device;
import org.dmsnap.store.Finding;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Pools whose table and COW devices were damaged: opening, checking and using one ends in an error
 * in words or works, and nothing outside the pool changes.
 */
class BadPoolTest extends PoolFixture {

  private static final Figures FIGURES = new Figures(BadPoolTest.class);
  private static final int TABLES = 1500;
  private static final int POOLS = 12;
  private static final int COW_BYTES = 256 << 10;
  private static final int HOT = 20 << 10;
  private static final NativeBuffer BUFFER = NativeBuffer.allocate(4096);

  private static final List<String> WORDS =
      List.of(
          "base",
          "other",
          "snap",
          "due",
          "base-real",
          "snap-cow",
          "base-cow",
          "other-cow",
          "linear",
          "snapshot",
          "snapshot-origin",
          "snapshot-merge",
          "base.img",
          "snap.cow",
          "P",
          "PO",
          "N",
          "0",
          "1",
          "8",
          "16",
          "2048",
          "512",
          "2",
          "discard_zeroes_cow",
          "# dmsnap:",
          "merge",
          "invalid",
          "clean",
          "size=1048576",
          "mtime=1",
          "../outside",
          "../outside.img",
          "\n");

  private static final String TABLE =
      """
      # kept
      # dmsnap: clean base size=1048576 mtime=1
      base: 0 2048 snapshot-merge base-real base-cow P 16
      base-real: 0 2048 linear base.img 0
      base-cow: 0 512 linear snap.cow 0
      other: 0 2048 snapshot-origin other-real
      other-real: 0 2048 linear other.img 0
      # dmsnap: merge due when other and it are closed
      due: 0 2048 snapshot other-real due-cow P 16
      due-cow: 0 512 linear due.cow 0
      # dmsnap: invalid lost it broke
      lost: 0 2048 snapshot other-real lost-cow PO 16 1 discard_zeroes_cow
      lost-cow: 0 512 linear lost.cow 0
      plain: 0 2048 linear plain.img 0
      """;

  static LongStream tables() {
    return Seeds.usually(4);
  }

  static LongStream pools() {
    return Seeds.usually(4);
  }

  @AfterAll
  static void printFigures() {
    FIGURES.print();
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("tables")
  @Timeout(60)
  void a_table_is_refused_in_words_or_means_what_it_says(long seed) throws Exception {
    Mutator mutator = new Mutator(seed);
    for (int i = 0; i < TABLES; i++) {
      String text = mutator.mutate(TABLE, WORDS);
      FIGURES.count("tables");
      try {
        PoolTable table = TableParser.parse(text);
        assertThat(TableParser.parse(table.toString())).as("%s", text).isEqualTo(table);
        Stream.of(table.origins().keySet(), table.snapshots().keySet())
            .flatMap(names -> names.stream())
            .forEach(name -> assertThat(VolumeName.check(name)).doesNotContain("/"));
      } catch (ErrnoException refused) {
        assertThat(refused.getMessage()).startsWith("pool.table, ").contains("correct it");
      }
    }
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("pools")
  @Timeout(120)
  void a_pool_is_refused_in_words_or_works(long seed) throws Exception {
    Path outside = Files.write(directory.resolve("outside.img"), new byte[MIB]);
    Path inside = Files.createDirectory(directory.resolve("vg"));
    Mutator mutator = new Mutator(seed);
    Map<String, byte[]> good = good();
    for (int i = 0; i < POOLS; i++) {
      lay(inside, good, mutator);
      checked(inside);
      opened(inside, mutator.random());
      FIGURES.count("pools");
      assertThat(directory)
          .isDirectoryNotContaining(it -> !it.equals(inside) && !it.equals(outside));
      assertThat(Files.readAllBytes(outside)).containsOnly(0);
    }
  }

  /** The COW devices of a pool that was used. */
  private Map<String, byte[]> good() throws IOException {
    Map<String, byte[]> good = new TreeMap<>();
    Path inside = Files.createDirectory(directory.resolve("good"));
    try (FileDirectory locked = FileDirectory.lock(inside, false)) {
      pool = Pool.open(locked, PoolOptions.DEFAULT, log, org.dmsnap.engine.StallListener.NONE);
      pool.create("base", MIB);
      snapshot("snap", "base", COW_BYTES, "P");
      write("snap", 0, 3, 40_000);
      write("base", 300_000, 5, 40_000);
      pool.close();
      pool = null;
    }
    good.put("snap.cow", Files.readAllBytes(inside.resolve("snap.cow")));
    empty(inside);
    Files.delete(inside);
    return good;
  }

  private static void lay(Path inside, Map<String, byte[]> good, Mutator mutator)
      throws IOException {
    empty(inside);
    byte[] cow = good.get("snap.cow");
    for (String name : List.of("snap.cow", "due.cow", "lost.cow")) {
      boolean damaged = mutator.random().nextInt(3) == 0;
      Files.write(inside.resolve(name), damaged ? mutator.mutate(cow, HOT, cow) : cow);
    }
    for (String name : List.of("base.img", "other.img", "plain.img")) {
      Files.write(inside.resolve(name), new byte[MIB]);
    }
    boolean damaged = mutator.random().nextBoolean();
    String table = TABLE.replaceAll("# dmsnap: clean.*\n", "");
    String text = damaged ? mutator.mutate(table, WORDS) : table;
    Files.write(inside.resolve("pool.table"), text.getBytes(UTF_8)); // half a surrogate is a ?
  }

  private static void empty(Path inside) throws IOException {
    try (Stream<Path> files = Files.list(inside)) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
    }
  }

  private static void checked(Path inside) throws IOException {
    List<Finding> found = new ArrayList<>();
    try (FileDirectory locked = FileDirectory.lock(inside, true)) {
      PoolCheck.check(locked, found::add);
    }
    assertThat(found).allMatch(it -> it.text().contains(" "));
  }

  private void opened(Path inside, Random random) throws IOException {
    FileDirectory locked = FileDirectory.lock(inside, false);
    try {
      pool = Pool.open(locked, PoolOptions.DEFAULT, log, org.dmsnap.engine.StallListener.NONE);
    } catch (IOException refused) {
      locked.close();
      assertThat(refused).isInstanceOf(ErrnoException.class);
      assertThat(refused.getMessage()).contains(" ").doesNotContain("null");
      return;
    }
    for (Device device : pool.devices()) {
      assertThat(device.status()).startsWith("0 ");
      assertThat(device.table()).startsWith("0 ");
      use(device, random);
    }
    pool.close();
    pool = null;
    TableParser.parse(Files.readString(inside.resolve("pool.table")));
  }

  private static void use(Device device, Random random) throws IOException {
    int at = device.size() <= 4096 ? 0 : random.nextInt((int) device.size() - 4096);
    try {
      device.read(at, BUFFER.seek(0), 512);
      if (device.writable()) {
        device.write(at, BUFFER.seek(0), 1000);
        device.flush();
      }
    } catch (ErrnoException refused) {
      assertThat(refused.getMessage()).contains(" ").doesNotContain("null", "past the end");
    }
  }
}
