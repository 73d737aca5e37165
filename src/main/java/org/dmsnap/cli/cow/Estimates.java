package org.dmsnap.cli.cow;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.dmsnap.block.BlockDevice;
import org.dmsnap.block.FileDirectory;
import org.dmsnap.store.ReadingEstimate;

/** About how many bytes of exceptions are going to be read. */
public final class Estimates {

  private Estimates() {}

  /** A number for one COW device. */
  @FunctionalInterface
  private interface Estimate {
    /** In bytes. */
    long of(BlockDevice cow) throws IOException;
  }

  /** Where the COW device {@code path}, or each of the pool {@code path}, is read once. */
  public static long of(Path path) throws IOException {
    return sum(path, ReadingEstimate::ofOneReading);
  }

  /** Where the COW device {@code path}, or each of the pool {@code path}, is checked. */
  public static long ofCheck(Path path) throws IOException {
    return sum(path, ReadingEstimate::ofCheck);
  }

  private static long sum(Path path, Estimate estimate) throws IOException {
    if (!Files.isDirectory(path)) {
      return one(path, estimate);
    }
    long sum = 0;
    try (DirectoryStream<Path> cows = Files.newDirectoryStream(path, "*.cow")) {
      for (Path cow : cows) {
        sum += one(cow, estimate);
      }
    }
    return sum;
  }

  private static long one(Path path, Estimate estimate) throws IOException {
    try (BlockDevice cow = FileDirectory.openToLookAt(path)) {
      return estimate.of(cow);
    }
  }
}
