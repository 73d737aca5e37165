package org.dmsnap.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.LongStream;
import org.dmsnap.cli.mount.MountOptionParser;
import org.dmsnap.cli.mount.MountSettings;
import org.dmsnap.cli.terminal.ErrorLine;
import org.dmsnap.fuzz.Figures;
import org.dmsnap.fuzz.Mutator;
import org.dmsnap.fuzz.Seeds;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Mount options that were damaged: each is taken, or refused in words that name it. */
class BadOptionTest {

  private static final Figures FIGURES = new Figures(BadOptionTest.class);
  private static final String OPTIONS =
      "ro,uid=1,gid=2,mode=640,threads=3,overflow=refuse,autoextend_threshold=80,noatime,x-a=b";
  private static final List<String> WORDS =
      List.of("uid=-1", "mode=0777", ",", "=", "rw", "threads=1024", "gid=4294967295", "uid=1,uid");

  static LongStream seeds() {
    return Seeds.usually(4);
  }

  @AfterAll
  static void printFigures() {
    FIGURES.print();
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void is_taken_or_refused_by_name(long seed) {
    Mutator mutator = new Mutator(seed);
    for (int i = 0; i < 1000; i++) {
      String options = mutator.mutate(OPTIONS, WORDS);
      FIGURES.count("option lists");
      try {
        MountSettings settings = MountOptionParser.parse(Path.of("/"), List.of(options));
        assertThat(settings.front().threads()).isBetween(2, 1024);
        assertThat(settings.front().mode()).isBetween(0, 0777);
      } catch (IllegalArgumentException refused) {
        assertThat(ErrorLine.reason(refused)).contains(" ").doesNotContain("null", "\n");
      }
    }
  }
}
