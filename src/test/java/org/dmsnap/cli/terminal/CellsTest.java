package org.dmsnap.cli.terminal;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CellsTest {

  @Test
  void a_cell_is_as_dark_as_it_is_full() {
    Cells cells = new Cells(4096, 4);
    cells.except(1024, 512);
    cells.except(1536, 511);
    cells.except(2048, 511);
    cells.except(3072, 1024);

    assertThat(cells.draw(true)).isEqualTo("░▓▒█");
    assertThat(cells.draw(false)).isEqualTo(".+-#");
  }

  @ParameterizedTest
  @CsvSource({"1048576, 80", "1000, 7", "512, 512", "100, 99", "3, 80", "4611686018427387904, 97"})
  void what_is_excepted_is_counted_once_wherever_the_cells_end(long bytes, int count) {
    Cells cells = new Cells(bytes, count);
    long step = Math.max(1, bytes / 31);
    long counted = 0;
    for (long position = 0; position < bytes - step; position += 2 * step) {
      cells.except(position, step);
      counted += step;
    }

    long sum = 0;
    for (int i = 0; i < cells.count(); i++) {
      assertThat(cells.excepted(i)).isBetween(0L, cells.start(i + 1) - cells.start(i));
      sum += cells.excepted(i);
    }
    assertThat(sum).isEqualTo(counted);
    assertThat(cells.start(cells.count())).isEqualTo(bytes);
  }
}
