package org.dmsnap.pool.change;

import java.io.IOException;
import java.util.List;
import jnr.constants.platform.Errno;
import org.dmsnap.block.ErrnoException;
import org.dmsnap.pool.state.PoolState;
import org.dmsnap.pool.table.Identity;
import org.dmsnap.pool.volume.LayeredVolume;
import org.dmsnap.pool.volume.Moment;
import org.dmsnap.pool.volume.SnapshotVolume;

/**
 * Says by a number what a volume reads as, so that a replica of it can be told from what is another
 * by now. The number is in {@code pool.table} before anyone learns of it, and is taken out,
 * durably, before the volume changes: see {@link org.dmsnap.pool.volume.Naming}.
 *
 * @param state of the pool
 * @param volume whose names these are
 */
public record Names(PoolState state, LayeredVolume volume) {

  /** Those of {@code volume}. */
  public static Names of(PoolState state, LayeredVolume volume) {
    return new Names(state, volume);
  }

  /** Gives what the volume reads as a number, unless it has one. */
  public void name() throws IOException {
    if (volume instanceof SnapshotVolume snapshot && !snapshot.valid()) {
      throw new ErrnoException(Errno.EIO, volume.name() + " is Invalid: there is nothing to read");
    }
    if (!volume.naming().identity().named()) {
      Moment.of(List.of(volume), this::nameInside);
    }
  }

  /**
   * No write is under way: what was acknowledged before is part of it, and durable before the
   * number is; what comes then is not.
   */
  private void nameInside() throws IOException {
    Identity named = volume.naming().identity().reads(Identity.number());
    record(named);
    become(named);
  }

  /**
   * Has the one that the table lists, or else one of its own.
   *
   * @param changed whether its files were changed while the pool was not open
   */
  public void load(boolean changed) {
    Identity listed = state.table().current().identities().get(volume.name());
    if (listed != null) {
      become(changed ? listed.changed() : listed);
    } else {
      become(Identity.fresh());
    }
  }

  /** Has that identity from now on, which the table says already, or need not. */
  public void become(Identity identity) {
    volume.naming().become(identity, this::record);
  }

  private void record(Identity identity) throws IOException {
    state.table().changeThoughFull(table -> table.withIdentity(volume.name(), identity));
  }
}
