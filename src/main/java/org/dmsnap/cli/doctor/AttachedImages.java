package org.dmsnap.cli.doctor;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.dmsnap.kernel.FileName;
import org.dmsnap.kernel.LoopMounts;

/**
 * Finds the images of a pool that the kernel has attached to loop devices: it takes no lock, so
 * that nothing else would tell of two writers.
 */
public final class AttachedImages {

  private AttachedImages() {}

  /**
   * Each in words, with what to do; best effort, what this user may not see is left out.
   *
   * @param root where {@code /sys} is
   * @param pool the directory
   */
  public static List<String> of(Path root, Path pool) {
    List<String> attached = new ArrayList<>();
    try (DirectoryStream<Path> images = Files.newDirectoryStream(pool, "*.img")) {
      for (Path image : images) {
        for (String device : LoopMounts.devicesOn(root, target(image))) {
          attached.add(
              FileName.of(image.getFileName())
                  + " is attached to "
                  + device
                  + " as well: whatever is written there destroys the volume; umount it and losetup"
                  + " -d "
                  + device);
        }
      }
    } catch (IOException | DirectoryIteratorException foreign) {
      return attached;
    }
    return attached;
  }

  private static Path target(Path image) {
    try {
      return image.toRealPath();
    } catch (IOException dangling) {
      return image; // which the mount complains of
    }
  }
}
