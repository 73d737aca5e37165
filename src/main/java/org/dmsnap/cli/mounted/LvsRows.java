package org.dmsnap.cli.mounted;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The table {@code ctl/lvs} by rows and columns; a column reaches from its heading to the next. */
public final class LvsRows {

  /** LVM's names of the columns, for its {@code --reportformat json}. */
  private static final Map<String, String> FIELDS = fields();

  private LvsRows() {}

  /** The rows of the table, each a map by LVM's names of the columns. */
  public static List<Map<String, String>> of(String table) {
    List<String> lines = table.lines().toList();
    List<Map<String, String>> volumes = new ArrayList<>();
    for (String row : lines.subList(1, lines.size())) {
      volumes.add(cells(lines.get(0), row));
    }
    return volumes;
  }

  /** As {@link #of}, with what each reads through and what was taken of it, as LVM names them. */
  public static List<Map<String, String>> withRelatives(String table) {
    List<Map<String, String>> rows = of(table);
    Map<String, String> origins = new LinkedHashMap<>();
    rows.forEach(row -> origins.put(name(row), row.getOrDefault("origin", "")));
    for (Map<String, String> row : rows) {
      row.put("lv_ancestors", String.join(",", ancestors(name(row), origins)));
      row.put("lv_descendants", String.join(",", descendants(name(row), origins)));
    }
    return rows;
  }

  /** The volume's name in {@code row}. */
  public static String name(Map<String, String> row) {
    return row.getOrDefault("lv_name", "").replaceAll("[\\[\\]]", ""); // of one that merges
  }

  private static List<String> ancestors(String name, Map<String, String> origins) {
    List<String> all = new ArrayList<>();
    for (String at = origins.getOrDefault(name, "");
        !at.isEmpty() && all.size() < origins.size();
        at = origins.getOrDefault(at, "")) {
      all.add(at);
    }
    return all;
  }

  private static List<String> descendants(String name, Map<String, String> origins) {
    List<String> all = new ArrayList<>();
    origins.forEach(
        (snapshot, origin) -> {
          if (origin.equals(name)) {
            all.add(snapshot);
            all.addAll(descendants(snapshot, origins));
          }
        });
    return all;
  }

  private static Map<String, String> cells(String headings, String row) {
    List<String> names = List.copyOf(FIELDS.keySet());
    Map<String, String> cells = new LinkedHashMap<>();
    for (int i = 0; i < names.size(); i++) {
      int start = headings.indexOf(" " + names.get(i));
      int end = i + 1 < names.size() ? headings.indexOf(" " + names.get(i + 1)) : row.length();
      cells.put(FIELDS.getOrDefault(names.get(i), ""), row.substring(start, end).strip());
    }
    return cells;
  }

  private static Map<String, String> fields() {
    Map<String, String> fields = new LinkedHashMap<>();
    fields.put("LV", "lv_name");
    fields.put("VG", "vg_name");
    fields.put("Attr", "lv_attr");
    fields.put("LSize", "lv_size");
    fields.put("Origin", "origin");
    fields.put("Snap%", "snap_percent");
    return fields;
  }
}
