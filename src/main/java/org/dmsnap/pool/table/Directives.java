package org.dmsnap.pool.table;

import static org.dmsnap.pool.table.TableParser.once;

import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What a table's directives say, as they are read. */
final class Directives {

  private static final Pattern INVALID = Pattern.compile("invalid (\\S+) ?(.*)");
  private static final Pattern MERGING = Pattern.compile("merging (\\S+) into (\\S+)");
  private static final Pattern REMOVED = Pattern.compile("removed (\\S+)( .*)?");
  private static final Pattern RESET = Pattern.compile("reset (\\S+)( .*)?");
  private static final Pattern TAKEN = Pattern.compile("taken (\\S+) of (\\S+)");
  private static final Pattern MERGE = Pattern.compile("merge (\\S+)( .*)?");

  final TreeMap<String, String> taken = new TreeMap<>(); // of what, if not of what its line names
  final TreeMap<String, MergeStage> merges = new TreeMap<>();
  final TreeMap<String, String> into = new TreeMap<>(); // of what merges into a snapshot
  final TreeMap<String, CleanNote> clean = new TreeMap<>();
  final TreeMap<String, String> invalid = new TreeMap<>();
  final TreeMap<String, Identity> identities = new TreeMap<>();

  /** Takes one that says {@code words}. */
  void read(String words) {
    Map.Entry<String, CleanNote> note = CleanNotes.parse(words);
    Map.Entry<String, Identity> identity = Identity.parse(words);
    Matcher reason = INVALID.matcher(words);
    Matcher running = MERGING.matcher(words);
    Matcher removed = REMOVED.matcher(words);
    Matcher reset = RESET.matcher(words);
    Matcher merge = MERGE.matcher(words);
    Matcher takenOf = TAKEN.matcher(words);
    if (note != null) {
      once(clean.put(note.getKey(), note.getValue()) == null, words);
    } else if (identity != null) {
      once(identities.put(identity.getKey(), identity.getValue()) == null, words);
    } else if (reason.matches()) {
      once(invalid.put(reason.group(1), reason.group(2)) == null, words);
    } else if (running.matches()) {
      once(into.put(running.group(1), running.group(2)) == null, words);
    } else if (takenOf.matches()) {
      once(taken.put(takenOf.group(1), takenOf.group(2)) == null, words);
    } else if (removed.matches()) {
      once(merges.put(removed.group(1), MergeStage.REMOVED) == null, words);
    } else if (reset.matches()) {
      once(merges.put(reset.group(1), MergeStage.RESET) == null, words);
    } else if (merge.matches()) {
      once(merges.put(merge.group(1), MergeStage.DUE) == null, words);
    } else {
      throw new IllegalArgumentException("this version does not know \"" + words + '"');
    }
  }
}
