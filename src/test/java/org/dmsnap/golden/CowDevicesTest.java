package org.dmsnap.golden;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.dmsnap.block.RamDevice;
import org.dmsnap.golden.Scenario.Step;
import org.dmsnap.store.CowCheck;
import org.dmsnap.store.CowReader;
import org.dmsnap.store.DiskHeader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** COW devices that the kernel wrote, looked at without loading them. */
class CowDevicesTest {

  private static final long ORIGIN = 1 << 20;

  static List<Scenario> scenarios() throws IOException {
    return Scenario.all();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("scenarios")
  void a_dump_shows_the_kernels_numbers_and_a_check_finds_nothing_wrong(Scenario scenario)
      throws Exception {
    for (Map.Entry<String, byte[]> image : images(scenario).entrySet()) {
      for (String status : statuses(scenario, image.getKey())) {
        RamDevice cow = new RamDevice(image.getValue());
        DiskHeader header = DiskHeader.of(cow);

        String shown = CowReader.of(cow, header).usage().toString();

        assertThat(header.isValid()).isTrue();
        assertThat(shown).isEqualTo(status);
        assertThat(problems(cow, originBytes(scenario))).isEmpty();
      }
    }
  }

  @Test
  void the_odd_entries_that_the_kernel_takes_are_found() throws Exception {
    byte[] cow = GoldenFiles.read(GoldenFiles.ALL.resolve("72-bad-exceptions/cow.img.gz"));

    assertThat(problems(poked(cow, 4144, "14000000000000000010000000000000"), ORIGIN))
        .singleElement()
        .asString()
        .contains("slot 3 (byte 4144) (origin chunk 20 at COW chunk 4096) lies beyond");
    assertThat(problems(poked(cow, 4144, "02000000000000000500000000000000"), ORIGIN))
        .singleElement()
        .asString()
        .contains("slot 3 (byte 4144) (origin chunk 2 at COW chunk 5) is not the first");
    assertThat(problems(poked(cow, 4144, "00000000000000000000000000000000"), ORIGIN)).isEmpty();
    assertThat(problems(poked(cow, 4160, "14000000000000000500000000000000"), ORIGIN)).isEmpty();
    assertThat(problems(poked(cow, 4144, "00100000000000000500000000000000"), ORIGIN))
        .singleElement()
        .asString()
        .contains("slot 3 (byte 4144)", "beyond the origin of 256 chunks");
  }

  private static RamDevice poked(byte[] cow, int position, String hex) {
    RamDevice device = new RamDevice(cow);
    device.put(position, HexFormat.of().parseHex(hex));
    return device;
  }

  private static List<String> problems(RamDevice cow, long originBytes) {
    List<String> problems = new ArrayList<>();
    CowCheck.check("cow", cow, 0, originBytes, it -> problems.add(it.toString()));
    return problems.stream().filter(it -> !it.startsWith("cow: note: ")).toList();
  }

  /** What the kernel said of the one snapshot there was when the COW device had this content. */
  private static Set<String> statuses(Scenario scenario, String sha256) {
    Set<String> statuses = new TreeSet<>();
    if (scenario.steps().stream().anyMatch(step -> step.expected().containsKey("raw cow2"))) {
      return statuses;
    }
    for (Step step : scenario.steps()) {
      List<String> shown =
          step.expected().entrySet().stream()
              .filter(it -> it.getKey().startsWith("status "))
              .map(it -> it.getValue().replaceFirst("^0 \\d+ snapshot(-merge)? ", ""))
              .filter(it -> it.matches("\\d+/\\d+ [1-9]\\d*")) // a transient one ends in 0
              .toList();
      if (shown.size() == 1 && sha256.equals(step.expected().get("raw cow"))) {
        statuses.addAll(shown);
      }
    }
    return statuses;
  }

  private static long originBytes(Scenario scenario) {
    return scenario.steps().stream()
        .map(Step::words)
        .filter(it -> it.get(0).equals("image") && it.get(1).equals("origin"))
        .mapToLong(it -> Long.parseLong(it.get(2)))
        .findFirst()
        .orElseThrow();
  }

  private static Map<String, byte[]> images(Scenario scenario) throws Exception {
    Map<String, byte[]> images = new TreeMap<>();
    try (Stream<Path> files = Files.list(GoldenFiles.ALL.resolve(scenario.name()))) {
      for (Path file :
          files.filter(it -> it.getFileName().toString().matches("cow.*gz")).toList()) {
        byte[] image = GoldenFiles.read(file);
        byte[] sum = MessageDigest.getInstance("SHA-256").digest(image);
        images.put(HexFormat.of().formatHex(sum), image);
      }
    }
    return images;
  }
}
