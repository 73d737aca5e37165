package org.dmsnap.fuse;

import java.io.IOException;
import jnr.constants.platform.Errno;
import jnr.ffi.Pointer;
import org.dmsnap.block.BackingDirectory;
import org.dmsnap.block.ErrnoException;
import org.dmsnap.pool.Pool;
import ru.serce.jnrfuse.struct.FileStat;

/**
 * The requests about names and what stat(2) tells: which answer is put together where, see {@link
 * AttributeAnswer}. Each answers how many bytes it has put there.
 *
 * <pre>
 *     getattr  40  4  flags: 1 has fh      setattr  40  4  which are to be set
 *              48  8  fh                            48  8  fh
 *                                                   56  8  size
 *                                                  108  4  mode
 *                                                  116  8  uid, gid
 * </pre>
 */
final class NameRequests {

  private static final int BLOCK_BYTES = 4096; // 0 would keep loop devices from discarding
  private static final int NAME_BYTES = 127 + "-real".length();
  private static final int STATFS_BYTES = 80;

  private static final int FLAGS = 40;
  private static final int FH = 48;
  private static final int SIZE = 56;
  private static final int MODE = 108;
  private static final int UID = 116;
  private static final int GID = 120;

  private static final int HAS_HANDLE = 1;

  // FATTR_...
  private static final int SET_MODE = 1;
  private static final int SET_UID = 1 << 1;
  private static final int SET_GID = 1 << 2;
  private static final int SET_SIZE = 1 << 3;
  private static final int SET_BY_HANDLE = 1 << 6;

  private final Pool pool;
  private final Nodes nodes;
  private final Attributes attributes;
  private final HandleTable handles;

  NameRequests(Pool pool, Nodes nodes, Attributes attributes, HandleTable handles) {
    this.pool = pool;
    this.nodes = nodes;
    this.attributes = attributes;
    this.handles = handles;
  }

  /** {@code FUSE_LOOKUP}: the name ends with a zero. */
  int lookup(RequestMemory request) throws IOException {
    Node node = nodes.child(request.node(), request.text());
    FileStat stat = AttributeAnswer.stat();
    attributes.fill(stat, node);
    return AttributeAnswer.entry(request.bytes(), node.inode(), stat);
  }

  /** {@code FUSE_GETATTR}. */
  int getattr(RequestMemory request) throws IOException {
    boolean byHandle = (request.getInt(FLAGS) & HAS_HANDLE) != 0;
    return attributes(request, byHandle);
  }

  /** {@code FUSE_SETATTR}: nothing but what is so already, and the time, which is passed over. */
  int setattr(RequestMemory request) throws IOException {
    int set = request.getInt(FLAGS);
    boolean byHandle = (set & SET_BY_HANDLE) != 0;
    if ((set & SET_MODE) != 0 && !attributes.hasMode(node(request), request.getInt(MODE))) {
      throw refused();
    }
    if ((set & (SET_UID | SET_GID)) != 0) {
      setOwner(request, set);
    }
    if ((set & SET_SIZE) != 0) {
      setSize(request, byHandle);
    }
    return attributes(request, byHandle);
  }

  private void setOwner(RequestMemory request, int set) throws IOException {
    node(request);
    int uid = (set & SET_UID) == 0 ? -1 : request.getInt(UID);
    int gid = (set & SET_GID) == 0 ? -1 : request.getInt(GID);
    if (!attributes.hasOwner(uid, gid)) {
      throw refused();
    }
  }

  private void setSize(RequestMemory request, boolean byHandle) throws IOException {
    long size = request.getLong(SIZE);
    if (byHandle) {
      handles.get(request.getLong(FH)).truncate(size);
    } else {
      OpenFiles.truncate(node(request), size);
    }
  }

  private int attributes(RequestMemory request, boolean byHandle) throws IOException {
    FileStat stat = AttributeAnswer.stat();
    if (byHandle) {
      Handle handle = handles.get(request.getLong(FH));
      handle.stat(stat, attributes);
      stat.st_ino.set(handle.inode());
    } else {
      attributes.fill(stat, node(request));
    }
    return AttributeAnswer.attributes(request.bytes(), stat);
  }

  /** {@code FUSE_STATFS}: the space that the pool has. */
  int statfs(RequestMemory request) throws IOException {
    BackingDirectory directory = pool.directory();
    long free = directory.freeBytes() / BLOCK_BYTES;
    Pointer answer = request.bytes();
    answer.setMemory(0, STATFS_BYTES, (byte) 0);
    answer.putLong(0, directory.totalBytes() / BLOCK_BYTES);
    answer.putLong(8, free);
    answer.putLong(16, free); // to whom is not root
    answer.putInt(40, BLOCK_BYTES);
    answer.putInt(44, NAME_BYTES);
    answer.putInt(48, BLOCK_BYTES); // of a fragment
    return STATFS_BYTES;
  }

  private Node node(RequestMemory request) throws IOException {
    return nodes.of(request.node());
  }

  /** Names come and go by control files alone, and their mode and owner are the mount's. */
  static ErrnoException refused() {
    return new ErrnoException(Errno.EPERM, "names come and go by control files alone");
  }
}
