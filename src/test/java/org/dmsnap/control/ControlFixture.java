package org.dmsnap.control;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.dmsnap.block.FileDirectory;
import org.dmsnap.engine.StallListener;
import org.dmsnap.pool.Pool;
import org.dmsnap.pool.state.EventLog;
import org.dmsnap.pool.state.PoolOptions;
import org.dmsnap.pool.volume.Device;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A pool {@code vg} to give commands to. */
abstract class ControlFixture {

  @TempDir Path temporary;
  Pool pool;

  @BeforeEach
  void open() throws IOException {
    open(PoolOptions.DEFAULT);
  }

  void open(PoolOptions options) throws IOException {
    Path vg = Files.createDirectories(temporary.resolve("vg"));
    FileDirectory locked = FileDirectory.lock(vg, options.readOnly());
    pool = Pool.open(locked, options, new EventLog(), StallListener.NONE);
  }

  @AfterEach
  void close() throws IOException {
    pool.close();
  }

  /** Writes to a fresh open file of {@code command}, and returns it. */
  ControlFile write(String command, String request) {
    ControlFile file = file(command);
    file.write(request.getBytes(UTF_8));
    return file;
  }

  /** The errno of such a write. */
  int errnoOf(String command, String request) {
    return file(command).write(request.getBytes(UTF_8));
  }

  ControlFile file(String name) {
    return Command.ALL.stream()
        .filter(command -> command.name().equals(name))
        .map(command -> new ControlFile(command, pool))
        .findFirst()
        .orElseThrow();
  }

  static String text(ControlFile file) {
    return new String(file.text(), UTF_8);
  }

  String table(String name) {
    Device device = pool.device(name);
    return device == null ? "none" : device.table();
  }
}
