package org.dmsnap.fuse;

import jnr.ffi.Runtime;
import org.dmsnap.block.Sectors;
import org.dmsnap.pool.volume.Device;
import ru.serce.jnrfuse.struct.FileStat;

/** What stat(2) says of a node: its size as an open would find it now, its owner and mode. */
final class Attributes {

  private static final int CONTROL_MODE = 0600; // the owner's alone, whatever the others' mode
  private static final int READ_BITS = 0444;
  private static final int WRITE_BITS = 0222;
  private static final int MODE_BITS = 07777;
  private static final int READ_TO_EXECUTE = 2;
  private static final int PREFERRED_BLOCK = 4096;
  private static final long SECOND = 1_000_000_000;

  private final MountOptions options;

  Attributes(MountOptions options) {
    this.options = options;
  }

  /** Fills {@code stat} for {@code node}. */
  void fill(FileStat stat, Node node) {
    if (node instanceof Node.Directory directory) {
      directory(stat, directory);
    } else if (node instanceof Node.Block block) {
      block(stat, block.device());
    } else if (node instanceof Node.Text text) {
      text(stat, text.text().get());
    } else if (node instanceof Node.Control control) {
      control(stat, control, control.usage().length);
    }
    stat.st_ino.set(node.inode());
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

  /** Fills {@code stat} for a text file, but for its inode number. */
  void text(FileStat stat, RenderedText text) {
    file(stat, readOnly(options.mode()), text.bytes().length, text.changedNanos());
  }

  /** Fills {@code stat} for a control file that reads {@code length} bytes, but for its number. */
  void control(FileStat stat, Node.Control control, long length) {
    int mode = options.readOnly() ? readOnly(CONTROL_MODE) : CONTROL_MODE;
    file(stat, mode, length, control.changedNanos());
  }

  /**
   * Fills {@code stat} for a device's file, but for its number; it takes what is allocated. An
   * origin that is served read-only for the sake of a snapshot keeps its w, or an ordinary user
   * would be told EACCES rather than EROFS.
   */
  void block(FileStat stat, Device device) {
    boolean forReading = device.hidden() || options.readOnly();
    int mode = forReading ? readOnly(options.mode()) : options.mode();
    file(stat, mode, device.size(), device.changedNanos());
    stat.st_blocks.set(Sectors.in(device.allocated() + Sectors.BYTES - 1));
  }

  private void directory(FileStat stat, Node.Directory directory) {
    int mode = options.mode() | (options.mode() & READ_BITS) >> READ_TO_EXECUTE;
    common(stat, FileStat.S_IFDIR | mode, directory.changedNanos().getAsLong());
    stat.st_nlink.set(2);
  }

  private void file(FileStat stat, int mode, long size, long changedNanos) {
    common(stat, FileStat.S_IFREG | mode, changedNanos);
    stat.st_nlink.set(1);
    stat.st_size.set(size);
    stat.st_blocks.set(Sectors.in(size + Sectors.BYTES - 1));
  }

  private void common(FileStat stat, int mode, long changedNanos) {
    long seconds = Math.floorDiv(changedNanos, SECOND);
    long nanos = Math.floorMod(changedNanos, SECOND);
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
