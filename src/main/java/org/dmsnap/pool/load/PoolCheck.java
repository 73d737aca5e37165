package org.dmsnap.pool.load;

import java.io.IOException;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.dmsnap.block.BackingDirectory;
import org.dmsnap.block.BackingDirectory.Access;
import org.dmsnap.block.BackingDirectory.Kind;
import org.dmsnap.block.BackingDirectory.Stat;
import org.dmsnap.block.BlockDevice;
import org.dmsnap.block.Sectors;
import org.dmsnap.pool.state.EventLog;
import org.dmsnap.pool.table.MergeStage;
import org.dmsnap.pool.table.PoolFiles;
import org.dmsnap.pool.table.PoolTable;
import org.dmsnap.pool.table.SnapshotEntry;
import org.dmsnap.pool.table.TableParser;
import org.dmsnap.store.CowCheck;
import org.dmsnap.store.Finding;
import org.dmsnap.store.Finding.Severity;

/**
 * Finds what is wrong with a pool that is not mounted for writing, without changing anything in it:
 * whether the next mount would succeed, with every volume.
 */
public final class PoolCheck {

  private final BackingDirectory directory;
  private final Consumer<Finding> findings;
  private final Adoption adoption;
  private final Recovery recovery;
  private final TreeSet<String> listed = new TreeSet<>(); // files

  private PoolCheck(BackingDirectory directory, Consumer<Finding> findings) throws IOException {
    this.directory = directory;
    this.findings = findings;
    EventLog nobody = new EventLog();
    this.adoption = new Adoption(directory, nobody);
    this.recovery = new Recovery(directory, nobody);
  }

  /**
   * Checks the pool in {@code directory}, which should be locked.
   *
   * @param findings gets what is found, as it is found
   * @throws IOException if the directory or its table cannot be read
   */
  public static void check(BackingDirectory directory, Consumer<Finding> findings)
      throws IOException {
    String text = Objects.requireNonNullElse(directory.readText(PoolFiles.TABLE), "");
    new PoolCheck(directory, findings).pool(text);
  }

  private void pool(String text) throws IOException {
    PoolTable table = TableParser.parse(text, wrong -> problem(PoolFiles.TABLE, wrong));
    if (table == null) {
      unlistedCows();
      return;
    }
    for (String name : table.origins().keySet()) {
      origin(name, table);
    }
    Set<String> present = recovery.present();
    boolean strange = !present.isEmpty() && present.stream().noneMatch(PoolCheck::isOfPools);
    if (strange) {
      note(PoolFiles.TABLE, "there is none, and no image among what is there: is this a pool?");
    }
    for (String file : recovery.present()) {
      if (!listed.contains(file)) {
        unlisted(file, table);
      }
    }
  }

  private static boolean isOfPools(String file) {
    return file.equals(PoolFiles.TABLE)
        || file.equals(PoolFiles.LOCK)
        || file.endsWith(PoolFiles.IMAGE_SUFFIX)
        || file.endsWith(PoolFiles.COW_SUFFIX);
  }

  private void origin(String name, PoolTable table) throws IOException {
    String file = found(PoolFiles.image(name));
    Stat stat = directory.stat(file);
    String problem = Adoption.problem(stat);
    if (stat == null || !problem.isEmpty()) {
      problem(file, problem + "; the mount will leave out " + name + " and its snapshots");
    } else {
      claim(file, stat);
      image(name, file, stat, table);
    }
    long bytes = stat == null || !problem.isEmpty() ? CowCheck.UNKNOWN : stat.size();
    for (String snapshot : table.treeOf(name)) {
      snapshot(snapshot, bytes, table);
    }
  }

  private void image(String name, String file, Stat stat, PoolTable table) throws IOException {
    long sectors = Objects.requireNonNull(table.origins().get(name));
    String change =
        ChangedOrigin.change(table, name, new Evidence(directory, recovery, table, name, stat));
    if (!change.isEmpty()) {
      problem(
          file,
          "the image of "
              + name
              + " was changed while the pool was not mounted, and the mount will be refused: "
              + change);
    } else if (sectors != Sectors.in(stat.size())) {
      note(file, sizes(stat.size(), sectors));
    } else if (!table.snapshotsOf(name).isEmpty() && !table.clean().containsKey(name)) {
      note(
          file,
          PoolFiles.TABLE
              + " has no note of a clean stop: the pool was not unmounted, and whether the image"
              + " was changed since cannot be told");
    }
  }

  private static String sizes(long bytes, long sectors) {
    return "it has "
        + Sectors.in(bytes)
        + " sectors, the table says "
        + sectors
        + "; the mount will correct the table";
  }

  private void snapshot(String name, long originBytes, PoolTable table) throws IOException {
    SnapshotEntry entry = Objects.requireNonNull(table.snapshots().get(name));
    if (table.merges().get(name) == MergeStage.RESET) {
      recovery.reset(PoolFiles.cow(name));
      listed.add(PoolFiles.cow(name)); // what the mount will replace
    }
    String file = found(PoolFiles.cow(name));
    Stat stat = directory.stat(file);
    if (stat == null) {
      problem(file, "it is missing; " + lost(name, entry));
      return;
    }
    if (stat.kind() != Kind.FILE || stat.link()) {
      problem(file, "it is not a file of its own; " + lost(name, entry));
      return;
    }
    claim(file, stat);
    if (entry.cowSectors() != 0 && entry.cowSectors() != Sectors.in(stat.size())) {
      note(file, sizes(stat.size(), entry.cowSectors()));
    }
    String invalid = table.invalid().get(name);
    if (invalid != null) {
      note(file, PoolFiles.TABLE + " says that " + name + " is Invalid: " + invalid);
    } else {
      cow(file, entry.chunkSectors(), originBytes);
    }
  }

  private static String lost(String name, SnapshotEntry entry) {
    return "the mount will show " + name + " as Invalid and " + entry.origin() + " read-only";
  }

  private void cow(String file, int chunkSectors, long originBytes) {
    try (BlockDevice cow = directory.openFile(file, Access.READ)) {
      CowCheck.check(file, cow, chunkSectors, originBytes, findings);
    } catch (IOException failure) {
      findings.accept(new Finding(Severity.UNREADABLE, file, String.valueOf(failure.getMessage())));
    }
  }

  /** The name that a listed file bears now. */
  private String found(String file) throws IOException {
    String name = recovery.listed(file);
    listed.add(name);
    if (!name.equals(file)) {
      note(name, "a crash left " + file + " under this name; the mount will rename it");
    }
    return name;
  }

  private void claim(String file, Stat stat) {
    try {
      adoption.claim(file, stat);
    } catch (IOException twice) {
      problem(file, String.valueOf(twice.getMessage()));
    }
  }

  private void unlisted(String file, PoolTable table) throws IOException {
    if (PoolFiles.own(file)) {
      note(file, "a crash left it; the mount will delete it");
    } else if (file.endsWith(PoolFiles.COW_SUFFIX)) {
      note(file, PoolFiles.TABLE + " lists no such snapshot; the mount will leave it alone");
    } else if (file.endsWith(PoolFiles.IMAGE_SUFFIX)) {
      unlistedImage(file, table);
    }
  }

  private void unlistedImage(String file, PoolTable table) throws IOException {
    String name = file.substring(0, file.length() - PoolFiles.IMAGE_SUFFIX.length());
    String objection = Adoption.objection(name, table);
    Stat stat = directory.stat(file);
    if (objection.isEmpty()) {
      objection = Adoption.problem(stat);
    }
    if (!objection.isEmpty()) {
      problem(file, objection + "; the mount will leave it out");
      return;
    }
    note(file, PoolFiles.TABLE + " does not list it; the mount will make it the origin " + name);
    if (stat != null) {
      claim(file, stat);
    }
  }

  /** Where the table says nothing, a COW device can still be right or wrong in itself. */
  private void unlistedCows() {
    for (String file : recovery.present()) {
      if (file.endsWith(PoolFiles.COW_SUFFIX)) {
        cow(file, 0, CowCheck.UNKNOWN);
      }
    }
  }

  private void problem(String file, String text) {
    findings.accept(new Finding(Severity.PROBLEM, file, text));
  }

  private void note(String file, String text) {
    findings.accept(new Finding(Severity.NOTE, file, text));
  }
}
