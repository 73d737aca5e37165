package org.dmsnap.pool.table;

import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;
import org.dmsnap.engine.Feature;

/**
 * A snapshot as {@code pool.table} lists it, or would.
 *
 * @param origin what it reads through
 * @param taken what it was taken of, and merges into: {@code origin}, or something beneath that
 * @param sectors its size
 * @param type {@code P} or {@code PO}
 * @param chunkSectors sectors in a chunk; 0 for what the COW device's header says
 * @param features the optional words
 * @param cowSectors the size of the COW device; 0 if the table does not say
 */
public record SnapshotEntry(
    String origin,
    String taken,
    long sectors,
    String type,
    int chunkSectors,
    Set<Feature> features,
    long cowSectors) {

  /** One that reads through what it was taken of. */
  public SnapshotEntry(
      String origin,
      long sectors,
      String type,
      int chunkSectors,
      Set<Feature> features,
      long cowSectors) {
    this(origin, origin, sectors, type, chunkSectors, features, cowSectors);
  }

  /**
   * What a {@link #line} says of the snapshot {@code name}, be it transient.
   *
   * @throws IllegalArgumentException saying what is wrong with it
   */
  public static SnapshotEntry parse(String name, String line) {
    String[] words = line.split(" ");
    if (words.length < 4 || !words[2].equals("snapshot")) {
      throw new IllegalArgumentException("not \"0 SECTORS snapshot PARAMETERS\": " + line);
    }
    String[] parameters = Arrays.copyOfRange(words, 3, words.length);
    return SnapshotWords.parseAny(name, TableParser.number(words[1]), parameters);
  }

  /** The same, with a COW device of another size. */
  SnapshotEntry withCowSectors(long changed) {
    return new SnapshotEntry(origin, taken, sectors, type, chunkSectors, features, changed);
  }

  /** The same, which reads through another. */
  public SnapshotEntry withOrigin(String other) {
    return new SnapshotEntry(other, taken, sectors, type, chunkSectors, features, cowSectors);
  }

  /** The same, taken of another. */
  SnapshotEntry withTaken(String other) {
    return new SnapshotEntry(origin, other, sectors, type, chunkSectors, features, cowSectors);
  }

  /** The same, without {@code gone}, a snapshot beneath that is there as {@code entry} says. */
  SnapshotEntry instead(String gone, SnapshotEntry entry) {
    SnapshotEntry left = readsThrough(gone) ? withOrigin(entry.origin) : this;
    return taken.equals(gone) ? left.withTaken(entry.taken) : left;
  }

  /** Whether it reads through {@code name} first of all. */
  boolean readsThrough(String name) {
    return origin.equals(name);
  }

  /** The table line of the snapshot {@code name}, without the name in front. */
  public String line(String name) {
    return line("snapshot", name);
  }

  /**
   * The table line of its origin while it merges, without the name in front.
   *
   * @param above what its COW device is named after
   */
  public String mergeLine(String above) {
    return line("snapshot-merge", above);
  }

  private String line(String target, String above) {
    StringBuilder line = new StringBuilder();
    line.append("0 ").append(sectors).append(' ').append(target).append(' ');
    line.append(origin).append(PoolFiles.REAL).append(' ');
    line.append(above).append(PoolFiles.COW).append(' ');
    line.append(type).append(' ').append(chunkSectors);
    if (!features.isEmpty()) {
      line.append(' ').append(features.size());
      new TreeSet<>(features).forEach(feature -> line.append(' ').append(feature.word()));
    }
    return line.toString();
  }
}
