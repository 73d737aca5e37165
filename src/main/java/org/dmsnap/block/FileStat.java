package org.dmsnap.block;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.dmsnap.block.BackingDirectory.Kind;
import org.dmsnap.block.BackingDirectory.Stat;
import org.dmsnap.kernel.BlockDevices;
import org.dmsnap.kernel.DeviceNumber;
import org.dmsnap.kernel.OpenFile;

/** What stat(2) says of a path that exists, following symbolic links. */
record FileStat(long device, long inode, long rdev, int mode, long size, FileTimes times) {

  // include/uapi/linux/stat.h
  private static final int TYPE_MASK = 0170000;
  private static final int REGULAR = 0100000;
  private static final int BLOCK_DEVICE = 0060000;

  /** So late (in 2231) that there are times after it, and they can be compared. */
  private static final long LATEST = Long.MAX_VALUE - TimeUnit.DAYS.toNanos(365 * 31);

  static FileStat of(Path path) throws IOException {
    Map<String, Object> fields =
        Files.readAttributes(path, "unix:dev,ino,rdev,mode,size,lastModifiedTime,ctime");
    return new FileStat(
        (Long) field(fields, "dev"),
        (Long) field(fields, "ino"),
        (Long) field(fields, "rdev"),
        (Integer) field(fields, "mode"),
        (Long) field(fields, "size"),
        new FileTimes(nanos(fields, "lastModifiedTime"), nanos(fields, "ctime")));
  }

  /** What stat(2) says of an open file. */
  static FileStat of(int fd) throws IOException {
    return of(OpenFile.of(fd));
  }

  Kind kind() {
    return switch (mode & TYPE_MASK) {
      case REGULAR -> Kind.FILE;
      case BLOCK_DEVICE -> Kind.BLOCK_DEVICE;
      default -> Kind.OTHER;
    };
  }

  /** This in the words of {@link BackingDirectory}; {@code link}: whether the name was a link. */
  Stat toStat(boolean link) throws IOException {
    if (kind() == Kind.BLOCK_DEVICE) {
      DeviceNumber special = new DeviceNumber(rdev);
      return new Stat(
          Sectors.toBytes(BlockDevices.sectors(special)),
          FileTimes.NONE,
          "block " + special,
          Kind.BLOCK_DEVICE,
          link);
    }
    String identity = deviceNumber() + " " + inode;
    return new Stat(size, times, identity, kind(), link);
  }

  /** The device that it is on. */
  DeviceNumber deviceNumber() {
    return new DeviceNumber(device);
  }

  private static long nanos(Map<String, Object> fields, String name) {
    return Math.min(((FileTime) field(fields, name)).to(TimeUnit.NANOSECONDS), LATEST);
  }

  private static Object field(Map<String, Object> fields, String name) {
    return Objects.requireNonNull(fields.get(name), name);
  }
}
