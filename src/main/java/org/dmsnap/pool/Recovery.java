package org.dmsnap.pool;

import java.io.IOException;
import java.util.HashSet;
import java.util.Set;
import java.util.TreeSet;
import org.dmsnap.block.BackingDirectory;
import org.dmsnap.pool.table.PoolFiles;

/**
 * Finishes, when a pool is opened, the creations and removals that a crash cut short: the table
 * says which have happened.
 *
 * <p>A listed volume whose file still bears its first name, or bears its last one already, gets its
 * file's name back; files with such names that belong to no listed volume are deleted. A pool
 * opened read-only is left alone, and its files are used under the names they bear.
 */
final class Recovery {

  private final BackingDirectory directory;
  private final boolean readOnly;
  private final EventLog log;
  private final Set<String> present;
  private final Set<String> needed = new HashSet<>();
  private boolean changed;

  /** Looks at {@code directory}. */
  Recovery(BackingDirectory directory, boolean readOnly, EventLog log) throws IOException {
    this.directory = directory;
    this.readOnly = readOnly;
    this.log = log;
    this.present = new TreeSet<>(directory.list());
  }

  /** The name that the listed file {@code file} bears after this. */
  String listed(String file) throws IOException {
    if (present.contains(file)) {
      return file;
    }
    if (present.contains(PoolFiles.fresh(file))) {
      return renamed(PoolFiles.fresh(file), file);
    }
    if (present.contains(PoolFiles.dying(file))) {
      return renamed(PoolFiles.dying(file), file);
    }
    return file;
  }

  private String renamed(String from, String to) throws IOException {
    if (readOnly) {
      needed.add(from);
      return from;
    }
    directory.rename(from, to);
    log.info("a crash had left " + to + " as " + from);
    present.remove(from);
    present.add(to);
    changed = true;
    return to;
  }

  /** Deletes what no listed volume has asked for, and makes it all durable. */
  void finish() throws IOException {
    if (readOnly) {
      return;
    }
    for (String file : present) {
      if (PoolFiles.own(file) && !needed.contains(file)) {
        delete(file);
      }
    }
    if (changed) {
      directory.sync();
    }
  }

  private void delete(String file) {
    try {
      directory.delete(file);
      log.info("deleted " + file + ", left by a crash");
      changed = true;
    } catch (IOException failure) {
      log.warning("cannot delete " + file + ", left by a crash: " + failure.getMessage());
    }
  }

  /** The files in the pool. */
  Set<String> present() {
    return present;
  }
}
