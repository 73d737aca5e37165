package org.dmsnap.block;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import jnr.constants.platform.Errno;
import org.dmsnap.block.BackingDirectory.Access;
import org.dmsnap.block.BackingDirectory.Kind;
import org.dmsnap.block.BackingDirectory.Stat;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A block device, behind a link in the pool, is a device too; skips where no loop device is. */
class LoopDeviceTest extends BlockDeviceContract {

  @TempDir Path path;
  private String loop = "";
  private FileDirectory directory;

  @Override
  BlockDevice open(long size) throws IOException {
    directory = FileDirectory.open(path);
    directory.create("backing", size).close();
    loop = output("losetup", "-f", "--show", path.resolve("backing").toString());
    assumeTrue(loop.startsWith("/dev/"), "loop devices need root and a kernel that has them");
    Files.createSymbolicLink(path.resolve("image"), Path.of(loop));
    return directory.openImage("image", Access.WRITE);
  }

  @AfterEach
  void detach() throws IOException {
    if (device != null) {
      device.close();
    }
    directory.close();
    if (!loop.isEmpty()) {
      output("losetup", "-d", loop);
    }
  }

  @Test
  void its_size_is_its_capacity() throws IOException {
    Stat stat = directory.stat("image");

    assertThat(stat).isNotNull();
    assertThat(stat.kind()).isEqualTo(Kind.BLOCK_DEVICE);
    assertThat(stat.size()).isEqualTo(SIZE).isEqualTo(device.size());
    assertThat(stat.times()).isEqualTo(FileTimes.NONE);
    assertThat(stat.identity()).startsWith("block ");
  }

  @Test
  void it_is_opened_by_one_alone() {
    assertFails(Errno.EBUSY, () -> directory.openImage("image", Access.WRITE));
    assertFails(Errno.EBUSY, () -> directory.openImage("image", Access.READ));
  }

  @Override
  @Test
  void growth_reads_as_zeroes_and_keeps_the_rest() {
    assertFails(Errno.EINVAL, () -> device.resize(2 * SIZE));
    assertThat(device.size()).isEqualTo(SIZE);
  }

  @Override
  @Test
  void what_was_cut_off_does_not_come_back() {
    assertFails(Errno.EINVAL, () -> device.resize(1000));
  }

  private static String output(String... command) throws IOException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
  }
}
