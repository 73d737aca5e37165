package org.dmsnap.cli.mounted;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.List;

/** A control file that takes a stream: what is written counts once {@link #finish} has returned. */
public final class ControlStream implements AutoCloseable {

  private final FileChannel file;

  ControlStream(FileChannel file) {
    this.file = file;
  }

  /**
   * Writes all that remains of {@code bytes}.
   *
   * @throws IOException saying what the file then says of the failure
   */
  public void write(ByteBuffer bytes) throws IOException {
    try {
      while (bytes.hasRemaining()) {
        file.write(bytes);
      }
    } catch (IOException failure) {
      throw explained(failure);
    }
  }

  /**
   * All is written; what the file then warns of.
   *
   * @throws IOException saying why it does not count
   */
  public List<String> finish() throws IOException {
    try {
      file.force(true);
    } catch (IOException failure) {
      throw explained(failure);
    }
    String reply = MountedPool.reply(file);
    return reply.startsWith(MountedPool.USAGE) ? List.of() : reply.lines().toList();
  }

  private IOException explained(IOException failure) {
    try {
      return new IOException(MountedPool.reply(file), failure);
    } catch (IOException gone) {
      failure.addSuppressed(gone);
      return new IOException(
          "the process that served the mount is gone, and nothing was received; mount the pool"
              + " again: dmsnap mount",
          failure);
    }
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
