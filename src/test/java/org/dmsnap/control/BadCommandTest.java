package org.dmsnap.control;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.util.List;
import java.util.Set;
import java.util.stream.LongStream;
import jnr.constants.platform.Errno;
import org.dmsnap.fuzz.Figures;
import org.dmsnap.fuzz.Mutator;
import org.dmsnap.fuzz.Seeds;
import org.dmsnap.pool.volume.Device;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Control lines that were damaged on the way: each works, or fails as promised and in words. */
class BadCommandTest extends ControlFixture {

  private static final Figures FIGURES = new Figures(BadCommandTest.class);
  private static final int LINES = 150;
  private static final int MOST_VOLUMES = 12;

  private static final List<String> WORDS =
      List.of(
          "base",
          "base-real",
          "snap",
          "snap-cow",
          "s2",
          "1M",
          "1G",
          "512b",
          "1s",
          "1b",
          "+1M",
          "P",
          "PO",
          "N",
          "0",
          "1",
          "8",
          "16",
          "2097152",
          "2",
          "discard_zeroes_cow",
          "force",
          "\n",
          ";",
          "discard_passdown_origin",
          "4T",
          "8388607T",
          "ctl",
          "../outside");

  private static final List<String> LINES_OF =
      List.of(
          "base 1M",
          "snap base 1M P 16 1 discard_zeroes_cow",
          "snap force",
          "base",
          "snap +1M",
          "snap base 1M ; s2 base 1M N 8",
          "snap ; s2");

  /** What interface and system calls allow a control file to answer. */
  private static final Set<Integer> ERRNOS =
      Set.of(
          0,
          Errno.EINVAL.intValue(),
          Errno.ENOENT.intValue(),
          Errno.EEXIST.intValue(),
          Errno.EBUSY.intValue(),
          Errno.ENOSPC.intValue());

  static LongStream seeds() {
    return Seeds.usually(6);
  }

  @AfterAll
  static void printFigures() {
    FIGURES.print();
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  @Timeout(120)
  void works_or_fails_as_promised(long seed) throws Exception {
    Mutator mutator = new Mutator(seed);
    for (int i = 0; i < LINES; i++) {
      Command command = mutator.one(Command.ALL);
      String line = mutator.mutate(mutator.one(LINES_OF), WORDS);
      ControlFile file = new ControlFile(command, pool);

      int errno = file.write(line.getBytes(UTF_8));

      String answer = text(file);
      assertThat(ERRNOS).as("%s %s: %d %s", command.name(), line, errno, answer).contains(errno);
      assertThat(answer).contains(" ").doesNotContain("null");
      assertThat(answer).hasLineCount(answer.startsWith("usage: ") ? 2 : 1);
      assertThat(temporary).isDirectoryNotContaining(it -> !it.endsWith("vg"));
      tidy();
      FIGURES.count("lines");
    }
  }

  /** Resumes what was suspended, and removes everything if there is much. */
  private void tidy() throws Exception {
    for (Device device : pool.devices()) {
      errnoOf("resume", device.name());
    }
    if (pool.devices().size() > MOST_VOLUMES) {
      pool.close();
      try (var files = Files.list(temporary.resolve("vg"))) {
        for (var file : files.toList()) {
          Files.delete(file);
        }
      }
      open();
    }
  }
}
