package org.dmsnap.block;

import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Set;
import jnr.constants.platform.Errno;
import org.dmsnap.kernel.FileName;
import org.dmsnap.kernel.OpenFile;

/**
 * Changes the names in an open directory, in whatever way its file system can.
 *
 * @param directory the number of the open directory
 * @param path of the directory, for messages
 * @param tether of its file system
 */
record DirectoryNames(int directory, Path path, Tether tether) {

  private static final LibC LIBC = LibC.INSTANCE;

  private static final int NO_REPLACE = 1; // include/uapi/linux/fs.h

  /** How a file system, or the kernel for it, says that it cannot do such a thing at all. */
  private static final Set<Errno> INCAPABLE =
      Set.of(Errno.EINVAL, Errno.ENOSYS, Errno.EOPNOTSUPP, Errno.EPERM, Errno.EMLINK);

  private static final Set<Errno> NOTHING_TO_SYNC =
      Set.of(Errno.EINVAL, Errno.ENOSYS, Errno.EOPNOTSUPP);

  /**
   * Renames a file; EEXIST rather than replace another. Where the file system can neither do so at
   * once nor give a file two names, it is looked first: in a locked pool, only a person's file
   * could come between.
   */
  void rename(String from, String to) throws ErrnoException {
    tether.check();
    if (LIBC.renameat2(directory, from, directory, to, NO_REPLACE) >= 0) {
      return;
    }
    if (!INCAPABLE.contains(LastErrno.get())) {
      throw failedToRename(from, to);
    }
    if (LIBC.linkat(directory, from, directory, to, 0) >= 0) {
      delete(from);
      return;
    }
    if (!INCAPABLE.contains(LastErrno.get())) {
      throw failedToRename(from, to);
    }
    if (Files.exists(
        OpenFile.of(directory).resolve(FileName.path(to)), LinkOption.NOFOLLOW_LINKS)) {
      throw new ErrnoException(
          Errno.EEXIST, "rename " + place(from) + " to " + to + ": there is such a file");
    }
    replace(from, to);
  }

  /** Renames a file, and replaces another of that name, at once. */
  void replace(String from, String to) throws ErrnoException {
    tether.check();
    if (LIBC.renameat2(directory, from, directory, to, 0) < 0) {
      throw failedToRename(from, to);
    }
  }

  private ErrnoException failedToRename(String from, String to) {
    return tether.failure("rename " + place(from) + " to " + to);
  }

  /** Deletes a name; of a symbolic link, the link. */
  void delete(String name) throws ErrnoException {
    tether.check();
    if (LIBC.unlinkat(directory, name, 0) < 0) {
      throw tether.failure("delete " + place(name));
    }
  }

  /** Makes all changes of names durable, where the file system has a way to ask for that. */
  void sync() throws ErrnoException {
    tether.check();
    if (LIBC.fsync(directory) < 0 && !NOTHING_TO_SYNC.contains(LastErrno.get())) {
      throw tether.failure("fsync " + FileName.of(path));
    }
  }

  private String place(String name) {
    return FileName.of(path) + "/" + name;
  }

  /** {@code name}, which has to be one without a path. */
  static String checked(String name) {
    if (name.isEmpty() || name.equals(".") || name.equals("..") || name.indexOf('/') >= 0) {
      throw new IllegalArgumentException("not a plain file name: " + name);
    }
    return name;
  }
}
