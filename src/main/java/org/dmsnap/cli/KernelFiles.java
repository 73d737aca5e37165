package org.dmsnap.cli;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** What {@code /proc} and {@code /sys} tell, as far as it is there and this user may see it. */
final class KernelFiles {

  private KernelFiles() {}

  /** What is in {@code directory} and matches {@code glob}. */
  static List<Path> children(Path directory, String glob) {
    List<Path> children = new ArrayList<>();
    try (DirectoryStream<Path> stream = Files.newDirectoryStream(directory, glob)) {
      stream.forEach(children::add);
    } catch (IOException | DirectoryIteratorException e) {
      return children; // another user's, or gone meanwhile
    }
    return children;
  }

  /** The text of {@code file}, without white space around it, or none. */
  static String text(Path file) {
    try {
      return Files.readString(file).strip();
    } catch (IOException e) {
      return ""; // not in use, or gone meanwhile
    }
  }

  /** Where the symbolic link {@code link} leads, or nowhere. */
  static String target(Path link) {
    try {
      return Files.readSymbolicLink(link).toString();
    } catch (IOException e) {
      return ""; // another user's, or gone meanwhile
    }
  }
}
