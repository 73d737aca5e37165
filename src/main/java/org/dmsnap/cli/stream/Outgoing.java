package org.dmsnap.cli.stream;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Objects;
import jnr.constants.platform.Errno;
import org.dmsnap.block.BlockDevice;
import org.dmsnap.block.ErrnoException;
import org.dmsnap.block.FileDirectory;
import org.dmsnap.cli.cow.Views;
import org.dmsnap.cli.mounted.Identities;
import org.dmsnap.cli.mounted.MountedPool;
import org.dmsnap.cli.terminal.Working;
import org.dmsnap.pool.table.Identity;
import org.dmsnap.stream.DiffHeader;
import org.dmsnap.stream.DiffWriter;
import org.jspecify.annotations.Nullable;

/**
 * A volume of a mounted pool on its way out. It has a number for what it reads as from the
 * beginning, and the stream its end only if that is still so then.
 *
 * @param mountpoint where the pool is mounted
 * @param pool it
 * @param name of the volume
 * @param from of what the difference is to be told, or null for all of the volume
 * @param err where it is shown how far it is
 */
public record Outgoing(
    Path mountpoint, MountedPool pool, String name, @Nullable String from, PrintWriter err) {

  private static final int OPEN = 5; // which of the letters of lv_attr

  /** Sends it to {@code out}. */
  public void send(WritableByteChannel out) throws IOException {
    check();
    Path file = mountpoint.resolve(name);
    String to = named(name);
    String base = from == null ? "" : named(from);
    DiffWriter stream = new DiffWriter(out);
    try (FileChannel data = FileChannel.open(file, StandardOpenOption.READ);
        BlockDevice volume = FileDirectory.openToLookAt(file)) {
      stream.header(new DiffHeader(Objects.requireNonNullElse(from, ""), name, volume.size()));
      Sending sending = new Sending(data, volume, volume.size(), stream);
      if (from == null) {
        show(() -> volume.allocated(), () -> sending.range(0, volume.size()));
      } else {
        difference(from, sending);
      }
      sending.end();
    }
    Identities now = Identities.of(pool);
    checkSame(now, name, to);
    if (from != null) {
      checkSame(now, from, base);
    }
    stream.end(to, base);
  }

  private void difference(String base, Sending sending) throws IOException {
    try (Views views = Views.openAny(mountpoint, name, base)) {
      long[] bytes = {0};
      views.forEachDifference((position, length) -> bytes[0] += length);
      show(() -> bytes[0], () -> views.forEachDifference(sending::range));
    }
  }

  /** A step that takes long. */
  private interface Step {
    void run() throws IOException;
  }

  private void show(Working.Work<Long> expected, Step step) throws IOException {
    Working.during(
        "sending " + name,
        err,
        expected,
        () -> {
          step.run();
          return this;
        });
  }

  private void check() throws IOException {
    String attributes = pool.attributes(name);
    if (!attributes.startsWith("s") && attributes.charAt(OPEN) == 'o') {
      throw new ErrnoException(
          Errno.EBUSY,
          name
              + " is an origin that is open, and may be written to while it is sent: take a"
              + " snapshot of it, and send that");
    }
    if (from != null) {
      pool.attributes(from);
    }
  }

  /** The number of what {@code volume} reads as, given to it if need be; or an empty text. */
  private String named(String volume) throws IOException {
    Identities before = Identities.of(pool);
    if (volume.equals(from) && before.content(volume).equals(Identity.CHANGED)) {
      throw new ErrnoException(
          Errno.ESTALE,
          volume
              + " was written to since it was sent or received: nobody has what it is now; send "
              + name
              + " in full, or from another");
    }
    if (before.contentUuid(volume).isEmpty() && pool.commandable("send")) {
      pool.run("send", volume);
      return Identities.of(pool).contentUuid(volume);
    }
    return before.contentUuid(volume);
  }

  private void checkSame(Identities now, String volume, String content) throws ErrnoException {
    if (!now.contentUuid(volume).equals(content)) {
      throw new ErrnoException(
          Errno.ESTALE,
          volume
              + " was written to while it was sent: the stream has no end, and nobody takes it;"
              + " take a snapshot, and send that");
    }
  }
}
