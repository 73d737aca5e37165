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
    return of(pathOf(fd));
  }

  /** A path that leads to an open file wherever it has been moved. */
  static Path pathOf(int fd) {
    return Path.of("/proc/self/fd/" + fd);
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
      return new Stat(
          capacity(), FileTimes.NONE, "block " + numbers(rdev), Kind.BLOCK_DEVICE, link);
    }
    String identity = numbers(device) + " " + inode;
    return new Stat(size, times, identity, kind(), link);
  }

  /** The device as /proc/locks writes it, two hexadecimal numbers. */
  String deviceInLocks() {
    return "%02x:%02x".formatted(major(device), minor(device));
  }

  private long capacity() throws IOException {
    Path sectors = Path.of("/sys/dev/block/" + numbers(rdev) + "/size");
    return Sectors.toBytes(Long.parseLong(Files.readString(sectors).strip()));
  }

  private static String numbers(long device) {
    return major(device) + ":" + minor(device);
  }

  // makedev(3) of glibc
  private static long major(long device) {
    return (device >>> 8 & 0xfff) | (device >>> 32 & ~0xfffL);
  }

  private static long minor(long device) {
    return (device & 0xff) | (device >>> 12 & ~0xffL);
  }

  private static long nanos(Map<String, Object> fields, String name) {
    return Math.min(((FileTime) field(fields, name)).to(TimeUnit.NANOSECONDS), LATEST);
  }

  private static Object field(Map<String, Object> fields, String name) {
    return Objects.requireNonNull(fields.get(name), name);
  }
}
