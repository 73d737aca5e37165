package org.dmsnap.fuse;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import jnr.constants.platform.Errno;
import jnr.ffi.Pointer;
import org.dmsnap.kernel.FileName;
import ru.serce.jnrfuse.struct.FileStat;

/**
 * An open directory. The place of an entry is its own number, and they come in the order of these:
 * so whoever goes on reading where another server had got to misses nothing, and has nothing twice.
 *
 * <pre>
 *     entry  0  8  inode      16  4  length of the name
 *            8  8  offset     20  4  type
 *                             24     the name; a multiple of 8 in all
 * </pre>
 */
final class DirectoryHandle extends Handle {

  private static final int HEADER_BYTES = 24;
  private static final int TYPE_SHIFT = 12; // of a mode's bits

  private static final long SELF = 1;
  private static final long PARENT = 2; // any other number is larger, see InodeNumber

  /** One name in it. */
  private record Entry(long place, long inode, int type, String name) {}

  private final Node.Directory directory;
  private List<Entry> listed = List.of(); // guarded by this

  DirectoryHandle(Node.Directory directory) {
    super(directory);
    this.directory = directory;
  }

  /**
   * Puts the entries from {@code place} on into {@code answer}, as many as {@code length} bytes
   * hold; answers how many bytes.
   */
  synchronized int entries(Nodes nodes, Pointer answer, int length, long place) {
    if (place == 0 || listed.isEmpty()) {
      listed = list(nodes);
    }
    int filled = 0;
    for (Entry entry : listed) {
      if (entry.place() > place) {
        byte[] name = FileName.bytes(entry.name());
        int bytes = HEADER_BYTES + roundedUp(name.length);
        if (filled + bytes > length) {
          return filled;
        }
        put(answer, filled, entry, name);
        filled += bytes;
      }
    }
    return filled;
  }

  private List<Entry> list(Nodes nodes) {
    List<Entry> entries = new ArrayList<>();
    entries.add(entry(SELF, directory, "."));
    entries.add(entry(PARENT, nodes.entry(directory.parent()), ".."));
    for (String name : directory.names().get()) {
      Node node = nodes.entry(directory.pathOf(name));
      entries.add(entry(node.inode(), node, name));
    }
    entries.sort(Comparator.comparingLong(Entry::place));
    return entries;
  }

  private static Entry entry(long place, Node node, String name) {
    int type = (node instanceof Node.Directory ? FileStat.S_IFDIR : FileStat.S_IFREG) >> TYPE_SHIFT;
    return new Entry(place, node.inode(), type, name);
  }

  private static void put(Pointer answer, int at, Entry entry, byte[] name) {
    int length = name.length;
    answer.putLong(at, entry.inode());
    answer.putLong(at + 8, entry.place());
    answer.putInt(at + 16, length);
    answer.putInt(at + 20, entry.type());
    answer.put(at + HEADER_BYTES, name, 0, length);
    answer.setMemory(at + HEADER_BYTES + length, roundedUp(length) - length, (byte) 0);
  }

  private static int roundedUp(int length) {
    return (length + Long.BYTES - 1) & -Long.BYTES;
  }

  @Override
  OpenKind kind() {
    return OpenKind.DIRECTORY;
  }

  @Override
  int read(Pointer buffer, int length, long position) {
    return -Errno.EISDIR.intValue();
  }

  @Override
  int write(Pointer buffer, int length, long position) {
    return -Errno.EBADF.intValue();
  }

  @Override
  long size() {
    return 0;
  }

  @Override
  void stat(FileStat stat, Attributes attributes) {
    attributes.fill(stat, directory);
  }

  @Override
  void truncate(long size) {
    // the kernel refuses it before it comes here
  }
}
