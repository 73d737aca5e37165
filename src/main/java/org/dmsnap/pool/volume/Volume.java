package org.dmsnap.pool.volume;

import java.io.IOException;
import org.dmsnap.block.Sectors;
import org.dmsnap.engine.Gate;

/**
 * A device that users open: its name, its file, who has it open; what is done with its data is its
 * superclass's.
 */
public abstract sealed class Volume extends GatedDevice permits LayeredVolume {

  private final String name;
  private volatile String file;
  private final Opens opens;

  /** A volume that nothing serves yet. */
  Volume(String name, Gate gate, String file, Freshness freshness) {
    super(gate, new ServedBy(name), freshness);
    this.name = name;
    this.opens = new Opens(name);
    this.file = file;
  }

  @Override
  public final String name() {
    return name;
  }

  @Override
  public final boolean hidden() {
    return false;
  }

  @Override
  public final long changedNanos() {
    return freshness().changedNanos();
  }

  @Override
  public final long generation() {
    return freshness().generation();
  }

  /** The name of its file in the pool, for now; empty for none. */
  public final String file() {
    return file;
  }

  /** Its file has got another name. */
  public final void fileRenamed(String renamed) {
    file = renamed;
  }

  @Override
  public final boolean writable() {
    return writeProtection() == null;
  }

  /** Its size in sectors. */
  public final long sectors() {
    return Sectors.in(size());
  }

  /** Who has it open. */
  public final Opens opens() {
    return opens;
  }

  @Override
  public final void opened() throws IOException {
    opens.add();
  }

  @Override
  public final void released() {
    opens.release();
  }
}
