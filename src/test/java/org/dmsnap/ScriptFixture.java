package org.dmsnap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** The scripts of {@code mount-helper}, beside a program that only tells what it was given. */
abstract class ScriptFixture {

  private static final Path SCRIPTS = Path.of("mount-helper");

  @TempDir Path place;
  final Map<String, String> environment = new HashMap<>();

  @BeforeEach
  void lay_out_an_installation() throws IOException {
    for (String script : List.of("dmsnap", "mount.dmsnap", "umount.dmsnap")) {
      Files.copy(SCRIPTS.resolve(script), place.resolve(script));
      assumeTrue(Files.isExecutable(place.resolve(script)), "a file system without executables");
    }
    Files.createDirectory(place.resolve("lib"));
    Files.createFile(place.resolve("lib/dmsnap.jar"));
    java("echo \"$@\"");
  }

  /** Makes a Java of version 17 that does {@code body}. */
  void java(String body) throws IOException {
    script("java", "[ \"$1\" != -version ] || { echo 'version \"17.0.1\"'; exit; }\n" + body);
  }

  void script(String name, String body) throws IOException {
    Path script = place.resolve(name);
    Files.deleteIfExists(script);
    Files.writeString(script, "#!/bin/sh\n" + body + "\n");
    Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  Result run(String script, String... words) throws Exception {
    List<String> command = new ArrayList<>(List.of(place.resolve(script).toString()));
    command.addAll(List.of(words));
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().put("DMSNAP_JAVA", place.resolve("java").toString());
    builder.environment().putAll(environment);
    Process process = builder.start();
    String output = new String(process.getInputStream().readAllBytes());
    assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
    return new Result(process.exitValue(), output);
  }

  /** How a script ended, and what it printed. */
  record Result(int exit, String output) {}
}
