package org.dmsnap.pool.load;

import java.io.IOException;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import jnr.constants.platform.Errno;
import org.dmsnap.block.BackingDirectory;
import org.dmsnap.block.BackingDirectory.Access;
import org.dmsnap.block.ErrnoException;
import org.dmsnap.pool.state.EventLog;
import org.dmsnap.pool.table.PoolFiles;

/**
 * Finishes, when a pool is opened, the creations, resets and removals that a crash cut short: the
 * table says which have happened.
 *
 * <p>The new file of a snapshot that the table says is reset takes the place of the one it had.
 *
 * <p>A listed volume whose file still bears its first name, or bears its last one already, is used
 * under that, and {@link #finish} gives it its own; files with such names that belong to no listed
 * volume are deleted. Nothing changes before that, when everything else is open and locked: what
 * looks like a leftover may be another mount's work. A file that cannot be renamed keeps the name
 * it bears, now and after every further mount.
 */
final class Recovery {

  private final BackingDirectory directory;
  private final EventLog log;
  private final Set<String> present;
  private final Map<String, String> listedAs = new TreeMap<>(); // by the name that it bears
  private final Set<String> replaced = new TreeSet<>(); // by a new one, if that is there

  /** Looks at {@code directory}. */
  Recovery(BackingDirectory directory, EventLog log) throws IOException {
    this.directory = directory;
    this.log = log;
    this.present = new TreeSet<>(directory.list());
  }

  /** Takes a new {@code file}, if there is one, for that which the table lists. */
  void reset(String file) {
    replaced.add(file);
  }

  /** The name that the listed file {@code file} bears now. */
  String listed(String file) {
    if (replaced.contains(file) && present.contains(PoolFiles.fresh(file))) {
      listedAs.put(PoolFiles.fresh(file), file);
      return PoolFiles.fresh(file);
    }
    for (String name : new String[] {file, PoolFiles.fresh(file), PoolFiles.dying(file)}) {
      if (present.contains(name)) {
        listedAs.put(name, file);
        return name;
      }
    }
    return file;
  }

  /**
   * Refuses what another mount has in hand, though no lock has kept this one out.
   *
   * @throws ErrnoException EBUSY if a file that seems to be a leftover is held by a process
   */
  void checkLeftovers() throws IOException {
    for (String file : present) {
      if (isLeftover(file)) {
        checkFree(file);
      }
    }
  }

  private void checkFree(String file) throws IOException {
    try {
      directory.openFile(file, Access.READ).close();
    } catch (ErrnoException failure) {
      if (failure.errno() == Errno.EBUSY) {
        throw failure;
      }
      log.info(file + " is left by a crash, and cannot be opened: " + failure.getMessage());
    }
  }

  private boolean isLeftover(String file) {
    return PoolFiles.own(file) && !listedAs.containsKey(file);
  }

  /**
   * Gives listed files their names, deletes what no listed volume has asked for, and makes it all
   * durable.
   *
   * @param renamed is told the name that a file bore, and the one it has now
   */
  void finish(BiConsumer<String, String> renamed) throws IOException {
    boolean changed = !replaced.isEmpty(); // maybe by who was killed before it was durable
    for (Map.Entry<String, String> file : listedAs.entrySet()) {
      if (!file.getKey().equals(file.getValue()) && rename(file.getKey(), file.getValue())) {
        renamed.accept(file.getKey(), file.getValue());
        changed = true;
      }
    }
    for (String file : present) {
      changed |= isLeftover(file) && delete(file);
    }
    if (changed) {
      directory.sync();
    }
  }

  private boolean rename(String from, String to) {
    try {
      if (replaced.contains(to)) {
        directory.replace(from, to);
      } else {
        directory.rename(from, to);
      }
      log.info("a crash had left " + to + " as " + from);
      return true;
    } catch (IOException failure) {
      log.warning(to + " is still called " + from + ", and used as that: " + failure.getMessage());
      return false;
    }
  }

  private boolean delete(String file) {
    try {
      directory.delete(file);
      log.info("deleted " + file + ", left by a crash");
      return true;
    } catch (IOException failure) {
      log.warning("cannot delete " + file + ", left by a crash: " + failure.getMessage());
      return false;
    }
  }

  /** The files in the pool, by the names that they bore when it was looked. */
  Set<String> present() {
    return present;
  }
}
