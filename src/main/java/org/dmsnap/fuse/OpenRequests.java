package org.dmsnap.fuse;

import java.io.IOException;
import jnr.constants.platform.Errno;
import jnr.ffi.Pointer;
import org.dmsnap.block.ErrnoException;

/**
 * The requests that open, and those that know their file by its handle. Each answers how many bytes
 * it has put as its answer.
 *
 * <pre>
 *     open     40  4  flags      answer  0  8  fh         readdir   40  8  fh
 *     release  40  8  fh                 8  4  flags                48  8  offset
 *     fsync    40  8  fh                                            56  4  size
 *     fallocate 40 8  fh, 48 8 offset, 56 8 length, 64 4 mode
 * </pre>
 */
final class OpenRequests {

  private static final int FLAGS = 40;
  private static final int POSITION = 48;
  private static final int LENGTH = 56;
  private static final int MODE = 64;
  private static final int OPENED_FLAGS = 8;
  private static final int OPENED_BYTES = 16;

  private final Nodes nodes;
  private final OpenFiles files;
  private final HandleTable handles;
  private final Negotiation agreed;

  OpenRequests(Nodes nodes, OpenFiles files, HandleTable handles, Negotiation agreed) {
    this.nodes = nodes;
    this.files = files;
    this.handles = handles;
    this.agreed = agreed;
  }

  /** {@code FUSE_OPEN}. */
  int open(RequestMemory request) throws IOException {
    OpenRecord before = handles.openedBy(request.unique());
    if (before != null) {
      return answer(request, before.number(), before.told());
    }
    Opening opening = new Opening(request.getInt(FLAGS));
    Handle handle = files.open(nodes.of(request.node()), opening);
    int told = opening.told(handle, agreed.parallel());
    long number = add(handle, request.unique(), opening.flags(), told);
    return answer(request, number, told);
  }

  /** {@code FUSE_OPENDIR}. */
  int opendir(RequestMemory request) throws IOException {
    OpenRecord before = handles.openedBy(request.unique());
    if (before != null) {
      return answer(request, before.number(), before.told());
    }
    Node node = nodes.of(request.node());
    if (!(node instanceof Node.Directory directory)) {
      throw new ErrnoException(Errno.ENOTDIR, node.path());
    }
    return answer(request, add(new DirectoryHandle(directory), request.unique(), 0, 0), 0);
  }

  private long add(Handle handle, long unique, int flags, int told) throws IOException {
    try {
      return handles.add(handle, unique, flags, told);
    } catch (IOException | RuntimeException failure) {
      handle.release();
      throw failure;
    }
  }

  private static int answer(RequestMemory request, long number, int told) {
    Pointer answer = request.bytes();
    answer.putLong(0, number);
    answer.putInt(OPENED_FLAGS, told);
    answer.putInt(OPENED_FLAGS + Integer.BYTES, 0);
    return OPENED_BYTES;
  }

  /** Takes back an answer that nobody wanted any more: the kernel will not release it. */
  void unwanted(RequestMemory request) {
    try {
      handles.release(request.bytes().getLong(0));
    } catch (IOException impossible) {
      Errors.toErrno("take back an open", impossible);
    }
  }

  /** {@code FUSE_RELEASE} and {@code FUSE_RELEASEDIR}. */
  int release(RequestMemory request) throws IOException {
    handles.release(request.handle());
    return 0;
  }

  /** {@code FUSE_READDIR}. */
  int readdir(RequestMemory request) throws IOException {
    if (!(handles.get(request.handle()) instanceof DirectoryHandle directory)) {
      throw new ErrnoException(Errno.ENOTDIR, "readdir: no directory");
    }
    return directory.entries(nodes, request.bytes(), request.readLength(), request.offset());
  }

  /** {@code FUSE_FSYNC}. */
  int fsync(RequestMemory request) throws IOException {
    handles.get(request.handle()).flush();
    return 0;
  }

  /** {@code FUSE_FALLOCATE}. */
  int fallocate(RequestMemory request) throws IOException {
    handles
        .get(request.handle())
        .allocate(request.getInt(MODE), request.getLong(POSITION), request.getLong(LENGTH));
    return 0;
  }
}
