package org.dmsnap.engine;

import java.io.IOException;
import java.util.List;
import jnr.constants.platform.Errno;
import org.dmsnap.block.BlockDevice;
import org.dmsnap.block.ErrnoException;

/**
 * Discards and zeroing of an origin with snapshots: what reads as zeroes already is copied out to
 * nobody, and holes of the image stay holes.
 */
final class OriginClearing {

  /** So much is copied out before it is cleared. */
  private static final long PIECE = 16 << 20;

  private final Origin origin;
  private final BlockDevice image;

  OriginClearing(Origin origin) {
    this.origin = origin;
    this.image = origin.image();
  }

  /** What is done with a piece of the image that is no hole. */
  @FunctionalInterface
  private interface Step {
    void take(long position, long length) throws IOException;
  }

  /**
   * Copies out only what costs no snapshot its room, then punches the image.
   *
   * @throws IOException EOPNOTSUPP, before anything is copied, if that is not possible
   */
  void discard(long position, long length) throws IOException {
    Needs needs = new Needs(origin.snapshots());
    eachPiece(position, length, (at, piece) -> checkQuiet(needs, at, piece));
    eachPiece(
        position,
        length,
        (at, piece) -> {
          copyOut(at, piece, CopyOutMode.QUIET);
          image.discard(at, piece);
        });
  }

  private void checkQuiet(Needs needs, long position, long length) throws IOException {
    for (NonZero run : runs(position, length)) {
      needs.add(run);
      if (!needs.fitQuietly()) {
        throw new ErrnoException(
            Errno.EOPNOTSUPP, "a discard would extend or fill a snapshot of the origin");
      }
    }
  }

  /** Copies out what does not read as zeroes, then zeroes the image. */
  void zero(long position, long length) throws IOException {
    CopyOutMode mode = CopyOutMode.of(origin.overflow());
    eachPiece(
        position,
        length,
        (at, piece) -> {
          copyOut(at, piece, mode);
          image.zero(at, piece);
        });
  }

  /**
   * Makes room for all that a zeroing would copy out.
   *
   * @throws IOException ENOSPC if there is none
   */
  void admit(long position, long length) throws IOException {
    Needs needs = new Needs(origin.snapshots());
    eachPiece(
        position,
        length,
        (at, piece) -> {
          for (NonZero run : runs(at, piece)) {
            needs.add(run);
            if (!needs.fit()) {
              throw Origin.refused();
            }
          }
        });
  }

  private void copyOut(long position, long length, CopyOutMode mode) throws IOException {
    List<NonZero> runs = runs(position, length);
    for (NonZero run : runs) {
      origin.copyOut(run.position(), run.length(), mode);
    }
    for (NonZero run : runs) {
      origin.harden(run.position(), run.length(), mode);
    }
  }

  private List<NonZero> runs(long position, long length) throws IOException {
    return NonZero.of(image::read, image, position, length);
  }

  private void eachPiece(long position, long length, Step step) throws IOException {
    long end = position + length;
    for (long at = image.dataFrom(position, end); at < end; at = image.dataFrom(at, end)) {
      origin.gate().checkWanted();
      long to = Math.min(image.holeFrom(at, end), at + PIECE);
      step.take(at, to - at);
      at = to;
    }
  }
}
