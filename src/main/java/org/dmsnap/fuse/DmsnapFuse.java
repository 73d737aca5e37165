package org.dmsnap.fuse;

import java.io.IOException;
import jnr.constants.platform.Errno;
import jnr.ffi.Pointer;
import jnr.ffi.Runtime;
import jnr.ffi.Struct;
import org.dmsnap.block.BackingDirectory;
import org.dmsnap.engine.StallListener;
import org.dmsnap.pool.Pool;
import org.jspecify.annotations.Nullable;
import ru.serce.jnrfuse.FuseFillDir;
import ru.serce.jnrfuse.FuseStubFS;
import ru.serce.jnrfuse.struct.FileStat;
import ru.serce.jnrfuse.struct.FuseFileInfo;
import ru.serce.jnrfuse.struct.FuseOperations;
import ru.serce.jnrfuse.struct.Statvfs;
import ru.serce.jnrfuse.struct.Timespec;

/**
 * The file system as libfuse sees it. What is asked seldom is overridden here; what opens files or
 * moves data is bound past jnr-fuse by {@link PathCallbacks} and {@link HandleCallbacks}.
 *
 * <p>Callbacks that are missing here (flush, access, locks, extended attributes) are missing on
 * purpose: the kernel then answers them by itself.
 */
final class DmsnapFuse extends FuseStubFS {

  private static final int BLOCK_BYTES = 4096; // 0 would keep loop devices from discarding
  private static final int NAME_BYTES = 127 + "-real".length();

  private final Pool pool;
  private final Attributes attributes;
  private final HandleTable handles = new HandleTable();
  private final PathCallbacks byPath;
  private final HandleCallbacks byHandle = new HandleCallbacks(handles);

  DmsnapFuse(Pool pool, StallListener stalls, MountOptions options) {
    this.pool = pool;
    attributes = new Attributes(options);
    byPath = new PathCallbacks(new Tree(pool), new OpenFiles(pool, stalls), handles);
    byPath.bind(fuseOperations);
    byHandle.bind(fuseOperations);
  }

  /** The {@code struct fuse_operations}; keep this object reachable for as long as it is used. */
  Pointer operations() {
    return Struct.getMemory(fuseOperations);
  }

  /** The size in bytes of {@link #operations}. */
  long operationsBytes() {
    return Struct.size(fuseOperations);
  }

  /** The open files. */
  HandleTable handles() {
    return handles;
  }

  /** jnr-fuse's own struct. */
  FuseOperations struct() {
    return fuseOperations;
  }

  @Override
  public int getattr(String path, FileStat stat) {
    try {
      attributes.fill(stat, byPath.find(path));
      return 0;
    } catch (Throwable failure) {
      return Errors.toErrno("getattr", failure);
    }
  }

  @Override
  public int fgetattr(@Nullable String path, FileStat stat, FuseFileInfo info) {
    try {
      Handle handle = handles.get(info.fh.intValue());
      handle.stat(stat, attributes);
      stat.st_ino.set(handle.inode());
      return 0;
    } catch (Throwable failure) {
      return Errors.toErrno("fgetattr", failure);
    }
  }

  @Override
  public int readdir(
      @Nullable String path, Pointer buffer, FuseFillDir fill, long position, FuseFileInfo info) {
    try {
      Node.Directory directory = directory(info).node();
      FileStat entry = new FileStat(Runtime.getSystemRuntime());
      Attributes.entry(entry, directory);
      fill.apply(buffer, ".", entry, 0);
      Attributes.entry(entry, byPath.entry(directory.parent()));
      fill.apply(buffer, "..", entry, 0);
      for (String name : directory.names().get()) {
        Attributes.entry(entry, byPath.entry(directory.pathOf(name)));
        fill.apply(buffer, name, entry, 0);
      }
      return 0;
    } catch (Throwable failure) {
      return Errors.toErrno("readdir", failure);
    }
  }

  @Override
  public int statfs(String path, Statvfs stat) {
    try {
      BackingDirectory directory = pool.directory();
      long free = directory.freeBytes() / BLOCK_BYTES;
      stat.f_bsize.set(BLOCK_BYTES);
      stat.f_frsize.set(BLOCK_BYTES);
      stat.f_blocks.set(directory.totalBytes() / BLOCK_BYTES);
      stat.f_bfree.set(free);
      stat.f_bavail.set(free);
      stat.f_namemax.set(NAME_BYTES);
      return 0;
    } catch (Throwable failure) {
      return Errors.toErrno("statfs", failure);
    }
  }

  @Override
  public int utimens(String path, Timespec[] times) {
    return 0; // touch(1) of a device succeeds too; the time shown is that of the last write
  }

  @Override
  public int create(String path, long mode, FuseFileInfo info) {
    return refused();
  }

  @Override
  public int mknod(String path, long mode, long device) {
    return refused();
  }

  @Override
  public int mkdir(String path, long mode) {
    return refused();
  }

  @Override
  public int unlink(String path) {
    return refused();
  }

  @Override
  public int rmdir(String path) {
    return refused();
  }

  @Override
  public int symlink(String target, String path) {
    return refused();
  }

  @Override
  public int rename(String from, String to) {
    return refused();
  }

  @Override
  public int link(String from, String to) {
    return refused();
  }

  /** The mode that it has is set again by whoever copies; no other can be. */
  @Override
  public int chmod(String path, long mode) {
    try {
      return attributes.hasMode(byPath.find(path), mode) ? 0 : refused();
    } catch (Throwable failure) {
      return Errors.toErrno("chmod", failure);
    }
  }

  /** As {@link #chmod}, for the owner and the group. */
  @Override
  public int chown(String path, long uid, long gid) {
    try {
      byPath.find(path);
      return attributes.hasOwner(uid, gid) ? 0 : refused();
    } catch (Throwable failure) {
      return Errors.toErrno("chown", failure);
    }
  }

  private DirectoryHandle directory(FuseFileInfo info) throws IOException {
    return (DirectoryHandle) handles.get(info.fh.intValue());
  }

  /** Names come and go by control files alone. */
  private static int refused() {
    return -Errno.EPERM.intValue();
  }
}
