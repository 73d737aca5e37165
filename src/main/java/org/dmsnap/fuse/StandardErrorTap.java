package org.dmsnap.fuse;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import org.dmsnap.block.LibC;
import org.dmsnap.kernel.OpenFile;

/**
 * Keeps from the terminal what this process and its children say on standard error, from {@link
 * #open} to {@link #close}: libfuse and fusermount have no other way to tell what is wrong.
 */
final class StandardErrorTap implements AutoCloseable {

  private static final int STANDARD_ERROR = 2;

  private final int memory;
  private final int terminal;

  private StandardErrorTap(int memory, int terminal) {
    this.memory = memory;
    this.terminal = terminal;
  }

  /** Begins to keep it. */
  static StandardErrorTap open() throws IOException {
    int memory = MountCalls.memoryFile("stderr");
    int terminal = MountCalls.INSTANCE.dup(STANDARD_ERROR);
    LibC.INSTANCE.dup2(memory, STANDARD_ERROR);
    return new StandardErrorTap(memory, terminal);
  }

  /** What was said so far, in lines that are not blank. */
  List<String> lines() throws IOException {
    String text = Files.readString(OpenFile.of(memory), ISO_8859_1);
    return text.lines().map(String::strip).filter(line -> !line.isEmpty()).toList();
  }

  /** Lets them speak again; without a standard error to begin with, there is none again. */
  @Override
  public void close() {
    if (terminal >= 0) {
      LibC.INSTANCE.dup2(terminal, STANDARD_ERROR);
      LibC.INSTANCE.close(terminal);
    } else {
      LibC.INSTANCE.close(STANDARD_ERROR);
    }
    LibC.INSTANCE.close(memory);
  }
}
