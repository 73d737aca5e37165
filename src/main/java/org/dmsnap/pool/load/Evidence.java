package org.dmsnap.pool.load;

import java.io.IOException;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.dmsnap.block.BackingDirectory;
import org.dmsnap.block.BackingDirectory.Kind;
import org.dmsnap.block.BackingDirectory.Stat;
import org.dmsnap.block.ChangeTime;
import org.dmsnap.block.FileTimes;
import org.dmsnap.pool.table.CleanNote;
import org.dmsnap.pool.table.MergeStage;
import org.dmsnap.pool.table.PoolFiles;
import org.dmsnap.pool.table.PoolTable;
import org.jspecify.annotations.Nullable;

/**
 * Compares the files of an origin and its snapshots with what the last clean stop noted of them:
 * whether they were changed since, and so which times are to be shown.
 *
 * <p>The times of what was not changed are those that were shown. Of what was changed, they are
 * later than any shown before, whatever the files' own are. So they are where nothing was noted of
 * a listed volume: its server was killed, or could not write all of what it had shown.
 */
final class Evidence {

  private final PoolTable table;
  private final String origin;
  private final Stat image;
  private final Map<String, Stat> cows = new TreeMap<>(); // by snapshot, if there
  private final long shift;

  /** Looks at the files of {@code origin}, whose image is {@code image}, and of its snapshots. */
  Evidence(
      BackingDirectory directory, Recovery recovery, PoolTable table, String origin, Stat image)
      throws IOException {
    this.table = table;
    this.origin = origin;
    this.image = image;
    for (String snapshot : table.treeOf(origin)) {
      Stat cow = directory.stat(recovery.listed(PoolFiles.cow(snapshot)));
      if (cow != null) {
        cows.put(snapshot, cow);
      }
    }
    this.shift = shift();
  }

  /** Of the origin's image. */
  Stat image() {
    return image;
  }

  /** What was noted of the origin, or null. */
  @Nullable CleanNote note() {
    return table.clean().get(origin);
  }

  /** Whether the image is not what was noted of it, if anything was. */
  boolean imageChanged() {
    CleanNote note = note();
    return note != null && !note.describes(image, shift);
  }

  /** Whether the image or a COW device above it is not what was noted of it, if anything was. */
  boolean anyChanged() {
    boolean changed = imageChanged();
    for (Map.Entry<String, Stat> cow : cows.entrySet()) {
      CleanNote noted = table.clean().get(cow.getKey());
      changed |= noted != null && !noted.describes(cow.getValue(), shift);
    }
    return changed;
  }

  /**
   * By how much all files' times differ, if by a time zone's: a single file may have been changed
   * just so long after.
   */
  private long shift() {
    CleanNote note = note();
    long shift = note == null || note.old() ? 0 : note.shift(image);
    for (String snapshot : table.treeOf(origin)) {
      Stat cow = cows.get(snapshot);
      CleanNote noted = table.clean().get(snapshot);
      if (cow == null || noted == null || noted.shift(cow) != shift) {
        return 0;
      }
    }
    return table.treeOf(origin).isEmpty() ? 0 : shift;
  }

  /** The times to show of the origin and of the device beneath. */
  FileTimes ofOrigin() {
    CleanNote note = note();
    if (!table.origins().containsKey(origin)) {
      return new FileTimes(image.times().modified(), image.times().modified());
    }
    if (note != null && imageProven(note) && mergesUnchanged()) {
      return shown(note, image);
    }
    return later(note, image.times().latest());
  }

  /** A merging snapshot is part of what its origin reads as. */
  private boolean mergesUnchanged() {
    for (String snapshot : table.treeOf(origin)) {
      if (table.merges().get(snapshot) == MergeStage.RUNNING && !cowProven(snapshot)) {
        return false;
      }
    }
    return true;
  }

  private boolean imageProven(CleanNote note) {
    return image.kind() != Kind.BLOCK_DEVICE && note.describes(image, shift);
  }

  private boolean cowProven(String snapshot) {
    Stat cow = cows.get(snapshot);
    CleanNote note = table.clean().get(snapshot);
    return cow != null && note != null && note.describes(cow, shift);
  }

  /** The times to show of a snapshot and of its COW device. */
  FileTimes ofSnapshot(String name) {
    CleanNote note = table.clean().get(name);
    CleanNote below = note();
    Stat cow = cows.get(name);
    if (cow != null && cowProven(name) && below != null && imageProven(below)) {
      return shown(Objects.requireNonNull(note), cow);
    }
    long latest = cow == null ? CleanNote.UNKNOWN : cow.times().latest();
    return later(note, Math.max(latest, image.times().latest()));
  }

  private static FileTimes shown(CleanNote note, Stat file) {
    return note.old()
        ? new FileTimes(file.times().modified(), file.times().modified())
        : new FileTimes(note.shown(), note.beneath());
  }

  /** Later than what was noted; where nothing was, than anything that can have been shown. */
  private FileTimes later(@Nullable CleanNote note, long latest) {
    if (note == null || image.kind() == Kind.BLOCK_DEVICE) {
      long now = Math.max(ChangeTime.now(), latest + 1);
      return new FileTimes(now, now);
    }
    return new FileTimes(Math.max(note.shown() + 1, latest), Math.max(note.beneath() + 1, latest));
  }
}
