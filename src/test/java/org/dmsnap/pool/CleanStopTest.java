package org.dmsnap.pool;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.dmsnap.block.VolatileDirectory;
import org.dmsnap.engine.StallListener;
import org.dmsnap.pool.state.EventLog;
import org.dmsnap.pool.state.PoolOptions;
import org.junit.jupiter.api.Test;

class CleanStopTest {

  private final VolatileDirectory directory = new VolatileDirectory();
  private final List<String> steps = new ArrayList<>();

  @Test
  void what_is_noted_is_older_than_a_tick_before_it_is_written() throws Exception {
    Pool pool = Pool.open(directory, PoolOptions.DEFAULT, new EventLog(), StallListener.NONE);
    pool.create("base", 4096);
    directory.watch(steps::add);
    directory.watchReads(steps::add);

    pool.close();

    assertThat(steps).containsSubsequence("sync .base.img.new", "tick", "create .pool.table.new");
    assertThat(steps).filteredOn("create .pool.table.new"::equals).hasSize(1);
    assertThat(directory.readText("pool.table")).contains("# dmsnap: clean base size=4096");
  }
}
