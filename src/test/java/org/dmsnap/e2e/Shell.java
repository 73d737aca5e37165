package org.dmsnap.e2e;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Runs bash scripts with variables of their own and a deadline.
 *
 * <p>Output goes through files: a program that goes to the background keeps a pipe open.
 */
final class Shell {

  private static final int SECONDS = 120;

  private final Path directory;
  private final Map<String, String> variables;

  /** Scripts run in {@code directory}, which also takes their output. */
  Shell(Path directory, Map<String, String> variables) {
    this.directory = directory;
    this.variables = variables;
  }

  /** How a script ended and what it printed, without the last newline. */
  record Result(int status, String output, String errors) {

    boolean succeeded() {
      return status == 0;
    }
  }

  /** Runs {@code script} and waits for it; one that takes too long is killed and is a failure. */
  Result run(String script) {
    try {
      Path output = Files.createTempFile(directory, "stdout", "");
      Path errors = Files.createTempFile(directory, "stderr", "");
      Process process = start(script, output, errors);
      if (!process.waitFor(SECONDS, TimeUnit.SECONDS)) {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
        throw new AssertionError(
            "no end after " + SECONDS + " s: " + script + "\n" + text(output) + text(errors));
      }
      Result result = new Result(process.exitValue(), text(output), text(errors));
      Files.delete(output);
      Files.delete(errors);
      return result;
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted in: " + script, interrupted);
    }
  }

  /** Starts {@code script} in the background. */
  Process start(String script, Path output, Path errors) throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder("bash", "-c", script)
            .directory(directory.toFile())
            .redirectInput(new java.io.File("/dev/null"))
            .redirectOutput(output.toFile())
            .redirectError(errors.toFile());
    builder.environment().putAll(variables);
    builder.environment().put("LC_ALL", "C");
    return builder.start();
  }

  /** Deletes the directory and all in it, but nothing that is mounted there. */
  void deleteDirectory() {
    try {
      new ProcessBuilder("rm", "-rf", "--one-file-system", directory.toString()).start().waitFor();
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private static String text(Path file) throws IOException {
    return Files.readString(file, java.nio.charset.StandardCharsets.ISO_8859_1).stripTrailing();
  }
}
