package org.dmsnap.fuse;

import jnr.ffi.Runtime;
import org.dmsnap.block.Sectors;
import org.dmsnap.pool.Device;
import ru.serce.jnrfuse.struct.FileStat;

/** What stat(2) says of a node: its size as an open would find it now, its owner and mode. */
final class Attributes {

  private static final int CONTROL_MODE = 0600; // the owner's alone, whatever the others' mode
  private static final int READ_BITS = 0444;
  private static final int WRITE_BITS = 0222;
  private static final int MODE_BITS = 07777;
  private static final int READ_TO_EXECUTE = 2;
  private static final int PREFERRED_BLOCK = 4096;
  private static final int MILLIS = 1000;
  private static final int NANOS_PER_MILLI = 1_000_000;

  private final MountOptions options;

  Attributes(MountOptions options) {
    this.options = options;
  }

  /** Fills {@code stat} for {@code node}. */
  void fill(FileStat stat, Node node) {
    if (node instanceof Node.Directory) {
      directory(stat);
    } else if (node instanceof Node.Block block) {
      block(stat, block.device());
    } else if (node instanceof Node.Text text) {
      text(stat, text.render().length);
    } else if (node instanceof Node.Control control) {
      control(stat, control.usage().length);
    }
  }

  /** Whether chmod(2) to {@code mode} changes nothing. */
  boolean hasMode(Node node, long mode) {
    FileStat stat = new FileStat(Runtime.getSystemRuntime());
    fill(stat, node);
    return ((stat.st_mode.longValue() ^ mode) & MODE_BITS) == 0;
  }

  /** Whether chown(2) to these changes nothing; -1 leaves one of them as it is. */
  boolean hasOwner(long uid, long gid) {
    return keeps(uid, options.uid()) && keeps(gid, options.gid());
  }

  private static boolean keeps(long id, long present) {
    return (int) id == -1 || (int) id == (int) present; // an unsigned 32-bit number
  }

  /** Fills {@code stat} for a text file of {@code length} bytes. */
  void text(FileStat stat, long length) {
    file(stat, readOnly(options.mode()), length, System.currentTimeMillis());
  }

  /** Fills {@code stat} for a control file that reads {@code length} bytes. */
  void control(FileStat stat, long length) {
    int mode = options.readOnly() ? readOnly(CONTROL_MODE) : CONTROL_MODE;
    file(stat, mode, length, System.currentTimeMillis());
  }

  /**
   * Fills {@code stat} for a device's file. An origin that is served read-only for the sake of a
   * snapshot keeps its w, or an ordinary user would be told EACCES rather than EROFS.
   */
  void block(FileStat stat, Device device) {
    boolean forReading = device.hidden() || options.readOnly();
    int mode = forReading ? readOnly(options.mode()) : options.mode();
    file(stat, mode, device.size(), device.modifiedMillis());
  }

  private void directory(FileStat stat) {
    int mode = options.mode() | (options.mode() & READ_BITS) >> READ_TO_EXECUTE;
    common(stat, FileStat.S_IFDIR | mode, System.currentTimeMillis());
    stat.st_nlink.set(2);
  }

  private void file(FileStat stat, int mode, long size, long modifiedMillis) {
    common(stat, FileStat.S_IFREG | mode, modifiedMillis);
    stat.st_nlink.set(1);
    stat.st_size.set(size);
    stat.st_blocks.set(Sectors.in(size + Sectors.BYTES - 1));
  }

  private void common(FileStat stat, int mode, long modifiedMillis) {
    long seconds = Math.floorDiv(modifiedMillis, MILLIS);
    long nanos = (long) Math.floorMod(modifiedMillis, MILLIS) * NANOS_PER_MILLI;
    stat.st_mode.set(mode);
    stat.st_uid.set(options.uid());
    stat.st_gid.set(options.gid());
    stat.st_blksize.set(PREFERRED_BLOCK);
    stat.st_mtim.tv_sec.set(seconds);
    stat.st_mtim.tv_nsec.set(nanos);
    stat.st_ctim.tv_sec.set(seconds);
    stat.st_ctim.tv_nsec.set(nanos);
    stat.st_atim.tv_sec.set(seconds);
    stat.st_atim.tv_nsec.set(nanos);
  }

  private static int readOnly(int mode) {
    return mode & ~WRITE_BITS;
  }
}
