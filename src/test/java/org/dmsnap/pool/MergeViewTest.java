package org.dmsnap.pool;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.dmsnap.pool.volume.Device;
import org.dmsnap.pool.volume.VolumeReport;
import org.junit.jupiter.api.RepeatedTest;

/** What someone sees who looks again and again, without any lock, while a snapshot merges. */
class MergeViewTest extends PoolFixture {

  private static final List<String> STAGES = List.of("snapshot-origin", "snapshot-merge", "linear");

  @RepeatedTest(20)
  void an_origin_turns_from_snapshot_origin_to_merge_to_linear_and_never_back() throws Exception {
    open();
    pool.create("base", MIB);
    snapshot("snap", "base", MIB, "P");
    write("snap", 0, 1, 8192);
    Device base = device("base");
    CompletableFuture<Set<String>> seen = CompletableFuture.supplyAsync(() -> stages(base));

    pool.merge("snap", false);

    assertThat(STAGES.stream().filter(seen.get()::contains).toList())
        .containsExactlyElementsOf(seen.get())
        .contains("linear");
  }

  @RepeatedTest(20)
  void a_snapshot_that_merges_is_told_to_merge_until_it_is_gone() throws Exception {
    open();
    pool.create("base", MIB);
    snapshot("snap", "base", MIB, "P");
    write("snap", 0, 1, 8192);

    pool.merge("snap", false);

    for (List<VolumeReport> seen = snapshots(); !seen.isEmpty(); seen = snapshots()) {
      assertThat(seen).allMatch(VolumeReport::merging);
    }
  }

  private List<VolumeReport> snapshots() {
    return pool.volumes().stream().filter(VolumeReport::snapshot).toList();
  }

  /** The targets in the order in which they were first seen, each change of mind included. */
  private static Set<String> stages(Device base) {
    Set<String> stages = new LinkedHashSet<>();
    String last = "";
    while (!last.equals("linear")) {
      last = target(base.table());
      stages.add(last);
      stages.add(target(base.status()));
    }
    for (int i = 0; i < 10_000; i++) {
      if (!target(base.table()).equals("linear")) {
        stages.add("back again");
      }
    }
    return stages;
  }

  private static String target(String line) {
    return line.split(" ")[2];
  }
}
