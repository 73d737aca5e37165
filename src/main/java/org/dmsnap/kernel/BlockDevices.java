package org.dmsnap.kernel;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What {@code /sys/dev/block} tells of block devices. */
public final class BlockDevices {

  private static final Path BY_NUMBER = Path.of("/sys/dev/block");

  private BlockDevices() {}

  /** The size in sectors. */
  public static long sectors(DeviceNumber device) throws IOException {
    return Long.parseLong(Files.readString(BY_NUMBER.resolve(device + "/size")).strip());
  }
}
