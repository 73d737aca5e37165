package org.dmsnap.block;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import jnr.constants.platform.Errno;
import org.junit.jupiter.api.Test;

/** The RAM disk is a device like others, until it is told to break. */
class RamDeviceTest extends BlockDeviceContract {

  private RamDevice ram;

  @Override
  BlockDevice open(long size) {
    ram = new RamDevice(size);
    return ram;
  }

  @Test
  void a_broken_part_fails_and_moves_nothing_until_it_is_repaired() throws IOException {
    ram.breakRange(1000, 2000);

    assertFails(Errno.EIO, () -> write(999, pattern(2, 1)));
    assertFails(Errno.EIO, () -> read(1999, 1));
    assertThat(read(0, 1000)).containsOnly(0);
    write(2000, pattern(10, 1));

    ram.repair();
    assertThat(read(999, 2)).containsOnly(0);
  }

  @Test
  void writes_fail_as_told_and_reads_go_on() throws IOException {
    ram.failWrites(Errno.ENOSPC);

    assertFails(Errno.ENOSPC, () -> write(0, new byte[1]));
    assertFails(Errno.ENOSPC, () -> ram.resize(10));
    assertThat(read(0, 1)).containsOnly(0);
  }

  @Test
  void a_failed_sync_is_not_counted() throws IOException {
    ram.sync();
    ram.failSync();

    assertFails(Errno.EIO, () -> ram.sync());
    assertThat(ram.syncs()).isEqualTo(1);
  }

  @Test
  void the_hook_sees_each_operation_before_it_happens() throws IOException {
    List<String> seen = new ArrayList<>();
    ram.onEach(
        (operation, position, length) -> seen.add(operation + " " + position + " " + length));

    write(3, new byte[4]);
    ram.sync();

    assertThat(seen).containsExactly("WRITE 3 4", "SYNC 0 0");
  }
}
