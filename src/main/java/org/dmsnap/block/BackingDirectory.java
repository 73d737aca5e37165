package org.dmsnap.block;

import java.io.Closeable;
import java.io.IOException;
import java.util.Collection;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The directory that holds a pool's files, and all that is ever done to it.
 *
 * <p>Names are plain file names, without a path. Changes to the directory itself ({@link #create},
 * {@link #rename}, {@link #delete}) are durable once {@link #sync()} has returned; until then a
 * power cut may undo any of them. Failures are {@link ErrnoException}s.
 */
public interface BackingDirectory extends Closeable {

  /** How a device is opened. */
  enum Access {
    /** For reading; nothing is ever written. */
    READ,
    /** For reading and writing. */
    WRITE
  }

  /**
   * What stat(2) says of a file, following a symbolic link.
   *
   * @param size in bytes; of a block device, its capacity
   * @param times when it was last changed; {@link FileTimes#NONE} for a block device
   * @param identity the same for two names of one file or device, and different otherwise
   * @param kind what it is
   * @param link whether the name itself is a symbolic link
   */
  record Stat(long size, FileTimes times, String identity, Kind kind, boolean link) {}

  /** What stands behind a name. */
  enum Kind {
    FILE,
    BLOCK_DEVICE,
    OTHER
  }

  /** What must hold for something to be done. */
  @FunctionalInterface
  interface Check {
    /** Throws if it does not hold. */
    void run() throws IOException;
  }

  /** The directory's own name, such as {@code vg}. */
  String name();

  /** The names in the directory, sorted, without {@code .} and {@code ..}. */
  List<String> list() throws IOException;

  /** Whether there is such a name in the directory, be it a dangling link; at no cost by others. */
  default boolean holds(String name) throws IOException {
    return list().contains(name);
  }

  /** What is behind {@code name}, or null if nothing is (a dangling link included). */
  @Nullable Stat stat(String name) throws IOException;

  /**
   * Returns once no file whose times are among {@code noted} could be changed and have the same
   * afterwards: once the clocks that file systems have their times from are past them.
   */
  void awaitTick(Collection<FileTimes> noted) throws IOException;

  /**
   * Opens and locks a user's image: follows a symbolic link, opens a block device exclusively, and
   * takes QEMU's locks on a file.
   *
   * @throws ErrnoException EBUSY if QEMU or another process holds the image, else as open(2)
   */
  BlockDevice openImage(String name, Access access) throws IOException;

  /**
   * Opens and locks a file that dmsnap made or a user put there as such: a symbolic link in its
   * place is refused with ELOOP, anything but a file with EINVAL.
   */
  BlockDevice openFile(String name, Access access) throws IOException;

  /**
   * Creates an empty file, mode 0600, of {@code size} sparse bytes; EEXIST if the name is taken.
   */
  BlockDevice create(String name, long size) throws IOException;

  /** Creates a file without a name of {@code size} sparse bytes, gone when it is closed. */
  BlockDevice createUnnamed(long size) throws IOException;

  /** Keeps a file without a name, which {@link #createUnnamed} made, for whoever succeeds. */
  default void keepUnnamed(HandedOn handedOn, String name, BlockDevice unnamed) throws IOException {
    if (unnamed instanceof FileDevice file) {
      handedOn.keep(name, file.fd());
    }
  }

  /** The file without a name that a predecessor {@linkplain #keepUnnamed kept}, or null. */
  default @Nullable BlockDevice inheritUnnamed(HandedOn handedOn, String name) throws IOException {
    return null;
  }

  /** Renames a file; EEXIST rather than replace another. */
  void rename(String from, String to) throws IOException;

  /** Renames a file, and replaces another of that name, at once; EISDIR if that is a directory. */
  void replace(String from, String to) throws IOException;

  /** Deletes a name; of a symbolic link, the link. */
  void delete(String name) throws IOException;

  /** The content of a small text file (16 MiB at most), or null if there is none. */
  @Nullable String readText(String name) throws IOException;

  /**
   * Replaces {@code name} with a file that holds {@code text}, atomically and durably: after a
   * power cut it holds the old text or the new; when this returns, the new. What a power cut leaves
   * of an unfinished one is called {@code .NAME.new}, and means nothing.
   */
  default void replaceText(String name, String text) throws IOException {
    replaceText(name, text, () -> {});
  }

  /** As above, if {@code check} throws nothing just before: else nothing has changed. */
  default void replaceText(String name, String text, Check check) throws IOException {
    TextFile.replace(this, name, text, check);
  }

  /**
   * Makes sure that a lock on the directory, if it was taken, is held still: a machine that was cut
   * off may have lost it.
   *
   * @throws ErrnoException EIO if another may have it by now; nothing is read or written any more
   */
  default void checkLock() throws IOException {}

  /**
   * Has {@code listener} told in words, once, if the file system beneath goes away, or the lock is
   * lost: nothing is read or written from then on, for good, and all calls fail with EIO.
   */
  default void whenLost(Consumer<String> listener) {}

  /** As {@link #close}, of a directory that is not to be had after all: no trace of it is left. */
  default void giveUp() throws IOException {
    close();
  }

  /** Makes all changes of names durable. */
  void sync() throws IOException;

  /** Bytes still free for this user on the file system beneath, as statfs(2) tells. */
  long freeBytes() throws IOException;

  /** Bytes of the file system beneath. */
  long totalBytes() throws IOException;
}
