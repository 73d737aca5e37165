package org.dmsnap.control;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.dmsnap.pool.volume.VolumeReport;
import org.jspecify.annotations.Nullable;

/**
 * The table that {@code lvs -a} prints: two blanks, columns one blank apart and at least as wide as
 * LVM makes them, headings to the left, sizes to the right.
 */
final class LvsTable {

  private static final List<String> HEADINGS =
      List.of("LV", "VG", "Attr", "LSize", "Origin", "Snap%");
  private static final int[] LEAST_WIDTHS = {4, 2, 10, 5, 6, 6};
  private static final int SIZE_COLUMN = 3;

  private LvsTable() {}

  /** The header and a row for each of {@code volumes}, by name. */
  static String render(String vg, List<VolumeReport> volumes) {
    List<List<String>> rows = new ArrayList<>();
    volumes.stream()
        .sorted(Comparator.comparing(VolumeReport::name))
        .forEach(volume -> rows.add(cells(onOneLine(vg), volume)));
    int[] widths = widths(rows);
    StringBuilder table = new StringBuilder();
    append(table, HEADINGS, widths, false);
    for (List<String> row : rows) {
      append(table, row, widths, true);
    }
    return table.toString();
  }

  private static List<String> cells(String vg, VolumeReport volume) {
    boolean listedInBrackets = volume.snapshot() && (volume.merging() || volume.removed());
    String origin = volume.origin();
    return List.of(
        listedInBrackets ? "[" + volume.name() + "]" : volume.name(),
        vg,
        attributes(volume),
        Sizes.print(sizeOf(volume)),
        origin == null ? "" : origin,
        percent(volume.invalid() ? (Double) 100.0 : volume.percent()));
  }

  /** With octal numbers, as the kernel prints them, for what is no letter in a line. */
  private static String onOneLine(String vg) {
    return Pattern.compile("\\p{Cntrl}")
        .matcher(vg)
        .replaceAll(found -> "\\\\%03o".formatted((int) found.group().charAt(0)));
  }

  /** LVM shows the size of a snapshot's COW device, since that is what the user chose. */
  private static long sizeOf(VolumeReport volume) {
    return volume.snapshot() ? volume.cowBytes() : volume.bytes();
  }

  /** The ten letters of {@code lv_attr}. */
  static String attributes(VolumeReport volume) {
    boolean thick = volume.snapshot() || volume.snapshots() > 0;
    char[] letters = {
      type(volume),
      volume.readOnly() ? 'r' : 'w',
      'i', // allocation policy: inherited
      '-',
      state(volume),
      volume.open() ? 'o' : '-',
      thick ? 's' : '-', // target type: snapshot
      '-',
      '-',
      '-'
    };
    return new String(letters);
  }

  private static char type(VolumeReport volume) {
    if (volume.snapshot()) {
      return volume.merging() ? 'S' : 's';
    }
    if (volume.merging()) {
      return 'O';
    }
    return volume.snapshots() > 0 ? 'o' : '-';
  }

  private static char state(VolumeReport volume) {
    if (volume.invalid()) {
      return volume.suspended() ? 'S' : 'I';
    }
    if (volume.mergeFailed()) {
      return volume.suspended() ? 'M' : 'm';
    }
    return volume.suspended() ? 's' : 'a';
  }

  /** Two decimals, and never 0.00 or 100.00 for what is not quite that. */
  static String percent(@Nullable Double percent) {
    if (percent == null) {
      return "";
    }
    double shown = percent;
    if (shown > 0 && shown < 100) {
      shown = Math.max(0.01, Math.min(99.99, shown));
    }
    return String.format(Locale.ROOT, "%.2f", shown);
  }

  private static int[] widths(List<List<String>> rows) {
    int[] widths = LEAST_WIDTHS.clone();
    for (List<String> row : rows) {
      Arrays.setAll(widths, column -> Math.max(widths[column], row.get(column).length()));
    }
    return widths;
  }

  private static void append(
      StringBuilder table, List<String> cells, int[] widths, boolean sizesToTheRight) {
    table.append(' ');
    for (int column = 0; column < widths.length; column++) {
      String cell = cells.get(column);
      String padding = " ".repeat(widths[column] - cell.length());
      boolean right = sizesToTheRight && column == SIZE_COLUMN;
      table.append(' ').append(right ? padding + cell : cell + padding);
    }
    table.append('\n');
  }
}
