package org.dmsnap.kernel;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;

/** The files and directories that a process uses, and that are busy for that. */
public final class ProcessFiles {

  private ProcessFiles() {}

  /**
   * What it has open and has mapped, its program and its directories, as far as this user may see
   * them.
   *
   * @param process its directory in {@code /proc}
   */
  public static Set<String> of(Path process) {
    Set<String> files = new TreeSet<>();
    KernelText.children(process.resolve("fd"), "*")
        .forEach(link -> files.add(KernelText.target(link)));
    for (String link : new String[] {"cwd", "root", "exe"}) {
      files.add(KernelText.target(process.resolve(link)));
    }
    addMapped(process, files);
    files.remove("");
    return files;
  }

  /** In maps a name is as it is, see proc(5), but for the newline. */
  private static void addMapped(Path process, Set<String> files) {
    try {
      for (String line : KernelText.lines(process.resolve("maps"))) {
        int name = line.indexOf('/');
        if (name >= 0) {
          String bytes = line.substring(name).replace("\\012", "\n");
          files.add(FileName.of(bytes.getBytes(ISO_8859_1)));
        }
      }
    } catch (IOException foreign) {
      return; // another user's, or gone meanwhile
    }
  }
}
