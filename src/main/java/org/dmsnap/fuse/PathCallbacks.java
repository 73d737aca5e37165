package org.dmsnap.fuse;

import jnr.constants.platform.Errno;
import jnr.ffi.Pointer;
import org.dmsnap.block.ErrnoException;
import ru.serce.jnrfuse.FuseCallbacks;
import ru.serce.jnrfuse.struct.FuseOperations;

/** The callbacks that find a node by its path and open it. */
final class PathCallbacks {

  private final Tree tree;
  private final OpenFiles files;
  private final HandleTable handles;

  // fields, since native code alone keeps nothing alive
  private final FuseCallbacks.OpenCallback open = this::open;
  private final FuseCallbacks.OpendirCallback opendir = this::opendir;
  private final FuseCallbacks.TruncateCallback truncate = this::truncate;

  PathCallbacks(Tree tree, OpenFiles files, HandleTable handles) {
    this.tree = tree;
    this.files = files;
    this.handles = handles;
  }

  /** Puts the callbacks in the place of jnr-fuse's, whose file struct has its bits misplaced. */
  void bind(FuseOperations operations) {
    operations.open.set(open);
    operations.opendir.set(opendir);
    operations.truncate.set(truncate);
  }

  /** What {@code path} stands for; ENOENT if nothing is there. */
  Node find(String path) throws ErrnoException {
    Node node = tree.find(path);
    if (node == null) {
      throw new ErrnoException(Errno.ENOENT, path);
    }
    return node;
  }

  /** What a directory's entry stands for; one that has just gone is shown as it was. */
  Node entry(String path) {
    Node node = tree.find(path);
    return node == null ? new Node.Gone(path) : node;
  }

  private int open(String path, Pointer info) {
    try {
      FileFlags.setHandle(info, handles.add(files.open(find(path), info)));
      return 0;
    } catch (Throwable failure) {
      return Errors.toErrno("open", failure);
    }
  }

  private int opendir(String path, Pointer info) {
    try {
      if (!(find(path) instanceof Node.Directory directory)) {
        throw new ErrnoException(Errno.ENOTDIR, path);
      }
      FileFlags.setHandle(info, handles.add(new DirectoryHandle(directory)));
      return 0;
    } catch (Throwable failure) {
      return Errors.toErrno("opendir", failure);
    }
  }

  private int truncate(String path, long size) {
    try {
      OpenFiles.truncate(find(path), size);
      return 0;
    } catch (Throwable failure) {
      return Errors.toErrno("truncate", failure);
    }
  }
}
