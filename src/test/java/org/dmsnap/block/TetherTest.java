package org.dmsnap.block;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.dmsnap.block.BlockDeviceContract.assertFails;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import jnr.constants.platform.Errno;
import org.dmsnap.block.BackingDirectory.Access;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is lost with a pool's lock stays lost, though the files are there. */
class TetherTest {

  @TempDir Path path;

  @Test
  void nothing_is_read_or_written_once_it_is_torn() throws Exception {
    List<String> told = new ArrayList<>();
    try (FileDirectory pool = FileDirectory.lock(path, false)) {
      pool.whenLost(told::add);
      try (BlockDevice image = pool.create("image", 4096)) {
        Files.delete(path.resolve(".lock"));
        Files.createFile(path.resolve(".lock"));
        assertFails(Errno.EIO, pool::checkLock);

        NativeBuffer buffer = NativeBuffer.allocate(512);
        assertFails(Errno.EIO, () -> image.read(0, buffer, 512));
        assertFails(Errno.EIO, () -> image.write(0, buffer, 512));
        assertFails(Errno.EIO, () -> image.discard(0, 512));
        assertFails(Errno.EIO, () -> image.zero(0, 512));
        assertFails(Errno.EIO, () -> image.resize(512));
        assertFails(Errno.EIO, image::sync);
        assertFails(Errno.EIO, () -> pool.rename("image", "other"));
        assertFails(Errno.EIO, () -> pool.replace("image", "other"));
        assertFails(Errno.EIO, () -> pool.delete("image"));
        assertFails(Errno.EIO, pool::sync);
        assertFails(Errno.EIO, pool::checkLock);
      }
    }
    assertThat(path.resolve("image")).hasSize(4096);
    assertThat(told).singleElement().asString().contains("even if it comes back");
  }

  @Test
  void an_image_elsewhere_goes_by_itself() throws Exception {
    try (FileDirectory pool = FileDirectory.lock(path, false)) {
      Path elsewhere = Path.of("/dev/shm", "dmsnap-tether-" + System.nanoTime());
      Files.write(elsewhere, new byte[4096]);
      Files.createSymbolicLink(path.resolve("base.img"), elsewhere);
      try (BlockDevice image = pool.openImage("base.img", Access.READ)) {
        Files.delete(path.resolve(".lock"));
        Files.createFile(path.resolve(".lock"));
        assertThatThrownBy(pool::checkLock).hasMessageContaining("lock on the pool is lost");

        image.read(0, NativeBuffer.allocate(512), 512);
      } finally {
        Files.delete(elsewhere);
      }
    }
  }
}
