package org.dmsnap.oracle;

import static java.nio.file.StandardCopyOption.REPLACE_EXISTING;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A Linux kernel with its device mapper, run as a program (user-mode-linux), which knows what a
 * snapshot is, on every x86-64 processor (see {@code resources/kernel/xstate.c}).
 *
 * <p>Its root is this machine's, read-only. What it does is a script in the words of {@code
 * resources/kernel/init}; files become its disks.
 */
final class Kernel {

  private static final int SECONDS = 240;

  private static final Path PROGRAMS = Path.of("src/test/resources/kernel").toAbsolutePath();

  private final Path directory;
  private final String host;

  /** A kernel that keeps its script and what it prints in {@code directory}. */
  Kernel(Path directory) {
    this(directory, "");
  }

  /** The same on a machine as the library {@code host} in {@code resources/kernel} shows it. */
  Kernel(Path directory, String host) {
    this.directory = directory;
    this.host = host;
  }

  /** What is missing on this machine to run it, in words; empty if nothing is. */
  static String missing() {
    for (String program : List.of("linux.uml", "busybox", "dmsetup", "cc")) {
      if (List.of("/usr/bin/", "/usr/sbin/", "/bin/", "/sbin/").stream()
          .noneMatch(where -> Files.isExecutable(Path.of(where + program)))) {
        return program
            + " is not installed (Debian: user-mode-linux, busybox-static, dmsetup, gcc)";
      }
    }
    return "";
  }

  /** The name of the disk that the {@code index}-th file becomes. */
  static String disk(int index) {
    return "/dev/ubd" + (char) ('a' + index);
  }

  /**
   * Boots with {@code disks} and {@code data}, runs {@code script}, and answers what it printed.
   */
  List<String> run(List<Path> disks, byte[] data, List<String> script) throws IOException {
    Files.copy(PROGRAMS.resolve("init"), directory.resolve("init"), REPLACE_EXISTING);
    Files.write(directory.resolve("data"), data);
    Files.write(directory.resolve("script"), script);
    Files.deleteIfExists(directory.resolve("output"));
    boot(disks);
    List<String> output = text("output").lines().toList();
    String errors = text("errors");
    if (output.isEmpty() || !output.get(output.size() - 1).equals("end") || !errors.isBlank()) {
      throw new AssertionError(
          "the kernel's script broke off:\n"
              + String.join("\n", script)
              + "\n--- printed:\n"
              + String.join("\n", output)
              + errors
              + "\n--- the console:\n"
              + text("console"));
    }
    return output;
  }

  private void boot(List<Path> disks) throws IOException {
    List<String> command = new ArrayList<>(List.of("sh", PROGRAMS.resolve("boot").toString()));
    command.add(directory.toString());
    for (int i = 0; i < disks.size(); i++) {
      command.add("ubd" + i + "=" + disks.get(i));
    }
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .redirectInput(Path.of("/dev/null").toFile())
            .redirectErrorStream(true)
            .redirectOutput(directory.resolve("console").toFile());
    builder.environment().put("DMSNAP_KERNEL_HOST", host);
    Process process = builder.start();
    try {
      if (!process.waitFor(SECONDS, TimeUnit.SECONDS)) {
        throw new AssertionError("the kernel did not end: " + text("script") + text("console"));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted while the kernel ran", e);
    } finally {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
    }
  }

  private String text(String name) {
    try {
      Path file = directory.resolve(name);
      return Files.exists(file) ? Files.readString(file) : "";
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
