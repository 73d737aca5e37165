package org.dmsnap.cli.mount;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The options in a list as mount(8) has it, and why some of other file systems are refused. */
final class OptionWords {

  /** Beginnings, with why not. */
  private static final Map<String, String> REFUSED = refused();

  private OptionWords() {}

  /**
   * The options of {@code list}: there are commas between, but those within quotes are theirs.
   *
   * @throws IllegalArgumentException if a quote is not closed
   */
  static List<String> of(String list) {
    List<String> words = new ArrayList<>();
    StringBuilder word = new StringBuilder();
    boolean quoted = false;
    for (int i = 0; i < list.length(); i++) {
      char letter = list.charAt(i);
      quoted ^= letter == '"';
      if (letter == ',' && !quoted) {
        words.add(word.toString());
        word.setLength(0);
      } else {
        word.append(letter);
      }
    }
    if (quoted) {
      throw new IllegalArgumentException("mount option " + word + ": its quotes are not closed");
    }
    words.add(word.toString());
    return words;
  }

  /** Why there is no {@code option} here though there is elsewhere; empty if nothing is known. */
  static String reasonAgainst(String option) {
    String name = option.split("=", 2)[0];
    for (Map.Entry<String, String> refused : REFUSED.entrySet()) {
      if (List.of(refused.getKey().split(" ", -1)).contains(name)) {
        return refused.getValue();
      }
    }
    return "";
  }

  private static Map<String, String> refused() {
    Map<String, String> refused = new LinkedHashMap<>();
    refused.put(
        "auto_unmount",
        "a mount whose server died stays, and the next mount there clears it away; leave it out");
    refused.put("fsname", "it is dmsnap:POOL, by which the mount is found; leave it out");
    refused.put("subtype", "it is dmsnap, by which mounts are found; leave it out");
    refused.put(
        "dmask", "directories get x where files have r; say mode= or umask=, which are for both");
    refused.put(
        "fd rootmode user_id group_id",
        "that is between libfuse and the kernel; uid= and gid= say whose the files are");
    refused.put(
        "max_read max_write max_readahead max_background congestion_threshold blksize blkdev"
            + " large_read big_writes entry_timeout attr_timeout negative_timeout ac_attr_timeout"
            + " direct_io kernel_cache auto_cache noauto_cache hard_remove use_ino readdir_ino"
            + " intr intr_signal async_read sync_read atomic_o_trunc no_remote_lock"
            + " no_remote_flock no_remote_posix_lock splice_read splice_write splice_move"
            + " noforget remember nopath clone_fd writeback_cache modules debug",
        "what libfuse and the kernel are told is dmsnap's to choose; leave it out");
    refused.put(
        "loop offset sizelimit",
        "a pool is a directory; mount a volume in it so: mount -o loop MOUNTPOINT/NAME");
    return refused;
  }
}
