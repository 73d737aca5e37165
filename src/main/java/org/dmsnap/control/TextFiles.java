package org.dmsnap.control;

import org.dmsnap.block.FileTimes;
import org.dmsnap.pool.Pool;
import org.dmsnap.pool.state.EventLog;
import org.dmsnap.pool.table.Identity;
import org.dmsnap.pool.volume.Device;
import org.dmsnap.pool.volume.VolumeReport;

/** The text files under {@code /ctl}, rendered when asked for. */
public final class TextFiles {

  private TextFiles() {}

  /** {@code ctl/table/DEV}. */
  public static String table(Device device) {
    return device.table() + "\n";
  }

  /** {@code ctl/status/DEV}. */
  public static String status(Device device) {
    return device.status() + "\n";
  }

  /** {@code ctl/lvs}. */
  public static String lvs(Pool pool) {
    return LvsTable.render(pool.name(), pool.volumes());
  }

  /** {@code ctl/uuids}: name, UUID, birth, and the content's, a volume a line. */
  public static String uuids(Pool pool) {
    StringBuilder text = new StringBuilder();
    for (VolumeReport volume : pool.volumes()) {
      Identity identity = volume.identity();
      text.append(volume.name()).append(' ').append(identity.uuid()).append(' ');
      text.append(FileTimes.text(identity.born())).append(' ');
      text.append(identity.content()).append('\n');
    }
    return text.toString();
  }

  /** {@code ctl/log}. */
  public static String log(Pool pool) {
    StringBuilder text = new StringBuilder();
    for (EventLog.Event event : pool.log().events()) {
      text.append(event).append('\n');
    }
    return text.toString();
  }

  /** {@code ctl/metrics}. */
  public static String metrics(Pool pool) {
    return MetricsText.render(pool.name(), pool.volumes(), pool.server());
  }
}
