package org.dmsnap.pool.table;

import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.dmsnap.block.FileTimes;
import org.jspecify.annotations.Nullable;

/** Reads the notes of clean stops, of all versions. */
final class CleanNotes {

  private static final String TIME = "(-?\\d{1,18})\\.(\\d{9})";
  private static final Pattern OLD =
      Pattern.compile("clean (\\S+) size=(\\d{1,18}) mtime=(-?\\d{1,18})");
  private static final Pattern CLEAN =
      Pattern.compile(
          "clean (\\S+) size=(\\d{1,18}) mtime="
              + TIME
              + " ctime="
              + TIME
              + " shown="
              + TIME
              + " beneath="
              + TIME);

  private CleanNotes() {}

  /** The note that the directive {@code words} is, with its volume's name, or null. */
  static Map.@Nullable Entry<String, CleanNote> parse(String words) {
    Matcher old = OLD.matcher(words);
    if (old.matches()) {
      FileTimes times =
          new FileTimes(FileTimes.nanos(Long.parseLong(old.group(3)), 0), CleanNote.UNKNOWN);
      return Map.entry(
          old.group(1),
          new CleanNote(Long.parseLong(old.group(2)), times, CleanNote.UNKNOWN, CleanNote.UNKNOWN));
    }
    Matcher note = CLEAN.matcher(words);
    if (!note.matches()) {
      return null;
    }
    FileTimes times = new FileTimes(time(note, 3), time(note, 5));
    return Map.entry(
        note.group(1),
        new CleanNote(Long.parseLong(note.group(2)), times, time(note, 7), time(note, 9)));
  }

  private static long time(Matcher note, int group) {
    return FileTimes.nanos(
        Long.parseLong(note.group(group)), Integer.parseInt(note.group(group + 1)));
  }
}
