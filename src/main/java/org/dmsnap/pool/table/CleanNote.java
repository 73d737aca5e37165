package org.dmsnap.pool.table;

import org.dmsnap.block.BackingDirectory;
import org.dmsnap.block.FileTimes;

/**
 * What a clean stop notes of a volume's file, to notice at the next mount that it was changed, and
 * of the times that were shown.
 *
 * @param bytes the file's size
 * @param times the file's; {@code changed} is {@link #UNKNOWN} in a note of before such were kept,
 *     and {@code modified} then in whole seconds
 * @param shown when the volume was last changed, nanoseconds since 1970, or {@link #UNKNOWN}
 * @param beneath the same of the device beneath it, {@code ORIGIN-real} or {@code SNAP-cow}
 */
public record CleanNote(long bytes, FileTimes times, long shown, long beneath) {

  /** No time. */
  public static final long UNKNOWN = Long.MIN_VALUE;

  /** Time zones differ by multiples of this, in nanoseconds. */
  private static final long QUARTER = 900_000_000_000L;

  private static final long MOST_QUARTERS = 26 * 4;
  private static final long SECOND = 1_000_000_000;

  /** Whether it was noted before more than whole seconds were. */
  public boolean old() {
    return times.changed() == UNKNOWN;
  }

  /**
   * Whether a file that is {@code now} has not been changed since, though its file system be
   * mounted anew: one that has no ctime of its own then says mtime, which here no other does, since
   * any change puts ctime past the mtime noted.
   *
   * @param shift by how much all times of the pool's files differ, see {@link #shift}
   */
  public boolean describes(BackingDirectory.Stat now, long shift) {
    if (now.size() != bytes) {
      return false;
    }
    long modified = now.times().modified() - shift;
    if (old()) {
      return Math.floorDiv(modified, SECOND) == Math.floorDiv(times.modified(), SECOND);
    }
    long changed = now.times().changed() - shift;
    return modified == times.modified() && (changed == times.changed() || changed == modified);
  }

  /**
   * By how much the file's mtime differs, if that can be a time zone: vfat keeps local time. Else
   * 0.
   */
  public long shift(BackingDirectory.Stat now) {
    long shift = now.times().modified() - times.modified();
    return shift % QUARTER == 0 && Math.abs(shift / QUARTER) <= MOST_QUARTERS ? shift : 0;
  }

  /** As it stands in the table, behind the volume's name. */
  @Override
  public String toString() {
    String size = "size=" + bytes + " mtime=";
    if (old()) {
      return size + Math.floorDiv(times.modified(), SECOND);
    }
    return size
        + FileTimes.text(times.modified())
        + " ctime="
        + FileTimes.text(times.changed())
        + " shown="
        + FileTimes.text(shown)
        + " beneath="
        + FileTimes.text(beneath);
  }
}
