package org.dmsnap.fuse;

import jnr.ffi.Pointer;
import jnr.ffi.Runtime;
import ru.serce.jnrfuse.struct.FileStat;

/**
 * Attributes as the kernel has them in an answer.
 *
 * <pre>
 *     entry   0  8  node           attr  0  8  ino        60  4  mode
 *             8  8  generation           8  8  size       64  4  nlink
 *            16 24  how long good       16  8  blocks     68  4  uid
 *            40 88  attr                24 24  times      72  4  gid
 *     attr    0 16  how long good       48 12  nanos      76  4  rdev
 *            16 88  attr                                  80  4  blksize
 * </pre>
 *
 * <p>Nothing is good for any time: volumes come, go and grow by control files.
 */
final class AttributeAnswer {

  private static final int ENTRY_ATTRIBUTES = 40;
  private static final int ENTRY_BYTES = 128;
  private static final int ATTRIBUTES = 16;
  private static final int ATTRIBUTES_BYTES = 104;

  private AttributeAnswer() {}

  /** Attributes to be filled. */
  static FileStat stat() {
    return new FileStat(Runtime.getSystemRuntime());
  }

  /** Puts what a look-up finds; answers how many bytes. */
  static int entry(Pointer answer, long node, FileStat stat) {
    answer.setMemory(0, ENTRY_BYTES, (byte) 0);
    answer.putLong(0, node);
    put(answer, ENTRY_ATTRIBUTES, stat);
    return ENTRY_BYTES;
  }

  /** Puts what stat(2) finds; answers how many bytes. */
  static int attributes(Pointer answer, FileStat stat) {
    answer.setMemory(0, ATTRIBUTES_BYTES, (byte) 0);
    put(answer, ATTRIBUTES, stat);
    return ATTRIBUTES_BYTES;
  }

  private static void put(Pointer answer, int at, FileStat stat) {
    answer.putLong(at, stat.st_ino.longValue());
    answer.putLong(at + 8, stat.st_size.longValue());
    answer.putLong(at + 16, stat.st_blocks.longValue());
    answer.putLong(at + 24, stat.st_atim.tv_sec.longValue());
    answer.putLong(at + 32, stat.st_mtim.tv_sec.longValue());
    answer.putLong(at + 40, stat.st_ctim.tv_sec.longValue());
    answer.putInt(at + 48, stat.st_atim.tv_nsec.intValue());
    answer.putInt(at + 52, stat.st_mtim.tv_nsec.intValue());
    answer.putInt(at + 56, stat.st_ctim.tv_nsec.intValue());
    answer.putInt(at + 60, stat.st_mode.intValue());
    answer.putInt(at + 64, stat.st_nlink.intValue());
    answer.putInt(at + 68, stat.st_uid.intValue());
    answer.putInt(at + 72, stat.st_gid.intValue());
    answer.putInt(at + 80, stat.st_blksize.intValue());
  }
}
