package org.dmsnap.golden;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.dmsnap.golden.Scenario.Step;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What the kernel did, done again: after each step every status line, every visible byte and every
 * byte of every image is the kernel's.
 */
class GoldenTest {

  static List<Scenario> scenarios() throws IOException {
    return Scenario.all().stream().filter(it -> Deviations.reason(it).isEmpty()).toList();
  }

  static List<Scenario> leftOut() throws IOException {
    return Scenario.all().stream().filter(it -> Deviations.reason(it).isPresent()).toList();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("leftOut")
  void what_is_left_out_has_a_reason(Scenario scenario) {
    assertThat(Deviations.reason(scenario).orElseThrow()).isNotBlank();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("scenarios")
  void is_as_the_kernel_did_it(Scenario scenario) throws Exception {
    Machine machine = new Machine();
    for (Step step : scenario.steps()) {
      if (Deviations.reason(scenario, step.line(), "").isPresent()) {
        machine.takeOver(step.words(), scenario.folder());
        continue;
      }
      String result = machine.run(step.words());
      Map<String, String> expected = machine.named(step.expected());
      expected.keySet().removeIf(key -> Deviations.reason(scenario, step.line(), key).isPresent());
      assertThat(machine.shown(expected.keySet(), result))
          .as("%s, %s", scenario, step)
          .containsExactlyEntriesOf(expected);
    }
  }
}
