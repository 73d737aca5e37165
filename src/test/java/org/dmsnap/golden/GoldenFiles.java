package org.dmsnap.golden;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPInputStream;

/** The images that the kernel left, compressed. */
final class GoldenFiles {

  static final Path ALL = Path.of("src/test/resources/golden");

  private GoldenFiles() {}

  static byte[] read(Path image) throws IOException {
    try (InputStream in = new GZIPInputStream(Files.newInputStream(image))) {
      return in.readAllBytes();
    }
  }
}
