package org.dmsnap.pool.change;

import jnr.constants.platform.Errno;
import org.dmsnap.block.ErrnoException;
import org.dmsnap.pool.state.PoolState;
import org.dmsnap.pool.table.Identity;
import org.dmsnap.pool.table.PoolTable;
import org.dmsnap.pool.volume.LayeredVolume;
import org.dmsnap.pool.volume.SnapshotVolume;
import org.dmsnap.pool.volume.Volume;
import org.dmsnap.stream.DiffHeader;
import org.dmsnap.stream.Trailer;
import org.jspecify.annotations.Nullable;

/**
 * Finds what a received difference is a difference from: the volume that reads as that, whatever it
 * is called here; or, where the stream says only what that was called, the one of that name. Under
 * the command lock.
 *
 * @param state of the pool
 * @param request what is to become of the stream
 * @param header of the stream
 */
record Bases(PoolState state, ReceptionRequest request, DiffHeader header) {

  /** Refuses, before anything is written, a difference of what cannot be here. */
  static void checkSize(PoolState state, DiffHeader header) throws ErrnoException {
    if (state.volumes().devices().stream()
        .noneMatch(device -> device instanceof Volume && device.size() == header.bytes())) {
      Volume named = state.volumes().volume(header.from());
      throw named == null ? missing(header) : otherSize(named, header);
    }
  }

  private static ErrnoException missing(DiffHeader header) {
    return new ErrnoException(
        Errno.ENOENT,
        "the stream is a difference from "
            + header.from()
            + ", which is not in this pool: receive that first");
  }

  private static ErrnoException otherSize(Volume named, DiffHeader header) {
    return new ErrnoException(
        Errno.EINVAL,
        "the sizes differ: "
            + named.name()
            + " has "
            + named.size()
            + " bytes, the stream "
            + header.bytes());
  }

  /** The volume, which can have a snapshot. */
  LayeredVolume find(Trailer trailer) throws ErrnoException {
    LayeredVolume found = trailer.from().isEmpty() ? null : byContent(trailer.from());
    LayeredVolume base = found == null ? byName(trailer) : found;
    if (base.size() != header.bytes()) {
      throw otherSize(base, header);
    }
    check(base);
    return base;
  }

  private @Nullable LayeredVolume byContent(String content) {
    LayeredVolume found = null;
    for (LayeredVolume volume : state.volumes().layered()) {
      boolean right = volume.naming().identity().content().equals(content) && shown(volume);
      if (right && (found == null || volume.name().equals(header.from()))) {
        found = volume;
      }
    }
    return found;
  }

  private boolean shown(LayeredVolume volume) {
    return state.volumes().volume(volume.name()) == volume;
  }

  private LayeredVolume byName(Trailer trailer) throws ErrnoException {
    LayeredVolume named = state.volumes().volume(header.from());
    if (named == null) {
      throw missing(header);
    }
    String content = named.naming().identity().content();
    if (!request.byName() && content.equals(Identity.CHANGED)) {
      throw other(named, "it was written to since");
    }
    if (!request.byName() && !trailer.from().isEmpty()) {
      throw other(named, "it has another identity");
    }
    return named;
  }

  private static ErrnoException other(Volume named, String why) {
    return new ErrnoException(
        Errno.ESTALE,
        "the stream is a difference from "
            + named.name()
            + ", which is not what it was: "
            + why
            + "; receive all of it again, or, if you know better, with --by-name");
  }

  private void check(LayeredVolume base) throws ErrnoException {
    Refusals.whileMerging(base, request.name() + " cannot become a snapshot of " + base.name());
    if (!(base instanceof SnapshotVolume snapshot)) {
      return;
    }
    Refusals.whileMergingItself(snapshot, "no snapshot can be received of it");
    if (!snapshot.valid()) {
      throw new ErrnoException(
          Errno.EIO, snapshot.name() + " is Invalid: no snapshot can be received of it");
    }
    if (!snapshot.persistent() || snapshot.depth() >= PoolTable.MOST_DEPTH) {
      throw new ErrnoException(
          Errno.EINVAL,
          snapshot.persistent()
              ? snapshot.name()
                  + " reads through "
                  + (PoolTable.MOST_DEPTH - 1)
                  + " other snapshots already: merge or remove some first"
              : snapshot.name() + " is transient (N): no snapshot can be received of it");
    }
  }
}
