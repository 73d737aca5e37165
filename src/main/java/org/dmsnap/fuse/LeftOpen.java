package org.dmsnap.fuse;

import java.io.IOException;
import org.dmsnap.kernel.FileName;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Opens again what was open when another server of the mount ended, each under the number by which
 * the kernel knows it. Of what is not there any more the number is kept, for it will be released.
 */
final class LeftOpen {

  private static final Logger LOG = LoggerFactory.getLogger("dmsnap");

  private final Session session;
  private final Tree tree;
  private final OpenFiles files;
  private final HandleTable handles;

  LeftOpen(Session session, Tree tree, OpenFiles files, HandleTable handles) {
    this.session = session;
    this.tree = tree;
    this.files = files;
    this.handles = handles;
  }

  /** Opens all of it; before any request, and before what waits for volumes to be closed. */
  void open() throws IOException {
    HandleRecords records = session.handles();
    long last = records.lastNumber() >>> HandleTable.SLOT_BITS;
    for (int slot = 0; slot < HandleRecords.SLOTS && slot <= last; slot++) {
      if (records.number(slot) != 0) {
        open(records.get(slot), slot);
      }
    }
  }

  private void open(OpenRecord left, int slot) throws IOException {
    @Nullable Handle handle = null;
    try {
      handle = handle(left, slot);
    } catch (IOException | RuntimeException failure) {
      LOG.warn("{} cannot be opened again: {}", left.path(), failure.getMessage());
    }
    if (handle == null) {
      session.handles().dead(slot); // and stays so, whatever gets that name
      handle = new GoneHandle(left.path());
    }
    handles.restore(left, handle);
  }

  private @Nullable Handle handle(OpenRecord left, int slot) throws IOException {
    TextMemory.Kept text = session.texts().get(slot);
    if (left.kind() == OpenKind.TEXT) {
      return text == null ? null : text(left, text);
    }
    Node node = tree.find(left.path());
    if (left.kind() == OpenKind.CONTROL && node instanceof Node.Control control) {
      return files.reopenControl(control, text == null ? null : FileName.bytes(text.text()));
    }
    if (left.kind() == OpenKind.DIRECTORY && node instanceof Node.Directory directory) {
      return new DirectoryHandle(directory);
    }
    if (left.kind() == OpenKind.DEVICE && node instanceof Node.Block block) {
      return files.openDevice(block, new Opening(left.flags()));
    }
    return null;
  }

  private static Handle text(OpenRecord left, TextMemory.Kept text) {
    return new TextHandle(
        new Node.Gone(left.path()), new RenderedText(text.text(), text.changedNanos()));
  }
}
