package org.dmsnap.fuse;

import java.io.IOException;
import jnr.constants.platform.Errno;
import jnr.ffi.Pointer;
import org.dmsnap.block.ErrnoException;
import ru.serce.jnrfuse.struct.FileStat;

/** An open text file: what was rendered when it was opened. */
final class TextHandle extends Handle {

  private final RenderedText text;
  private final byte[] bytes;

  TextHandle(Node.Text node) {
    this(node, node.text().get());
  }

  /** One that reads as another server has rendered it. */
  TextHandle(Node node, RenderedText text) {
    super(node);
    this.text = text;
    bytes = text.bytes();
  }

  @Override
  OpenKind kind() {
    return OpenKind.TEXT;
  }

  @Override
  void keep(TextMemory texts, int slot) throws IOException {
    texts.put(slot, bytes, text.changedNanos());
  }

  @Override
  int read(Pointer buffer, int length, long position) {
    return copy(bytes, buffer, length, position);
  }

  @Override
  int write(Pointer buffer, int length, long position) {
    return -Errno.EBADF.intValue();
  }

  @Override
  long size() {
    return bytes.length;
  }

  @Override
  void stat(FileStat stat, Attributes attributes) {
    attributes.text(stat, text);
  }

  @Override
  void truncate(long size) throws IOException {
    throw new ErrnoException(Errno.EINVAL, "truncate: a text file cannot be changed");
  }

  /** Copies what {@code text} has from {@code position} on; answers how many bytes. */
  static int copy(byte[] text, Pointer buffer, int length, long position) {
    int count = (int) Math.max(0, Math.min(length, text.length - position));
    if (count > 0) {
      buffer.put(0, text, (int) position, count);
    }
    return count;
  }
}
