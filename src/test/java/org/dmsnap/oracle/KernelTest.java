package org.dmsnap.oracle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The judge sits on every machine. */
class KernelTest {

  @TempDir Path directory;

  @BeforeEach
  void needsAKernel() {
    assumeTrue(Kernel.missing().isEmpty(), Kernel.missing());
  }

  @Test
  void it_runs_on_a_processor_with_more_registers_than_it_knows() throws Exception {
    Kernel kernel = new Kernel(directory, "amx");

    List<String> output = kernel.run(List.of(), new byte[0], List.of("echo judged"));

    assertThat(output).contains("judged");
  }
}
