package org.dmsnap.control;

import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.dmsnap.engine.Feature;
import org.dmsnap.pool.Pool;
import org.dmsnap.pool.change.Members;
import org.dmsnap.pool.change.SnapshotRequest;
import org.dmsnap.store.ChunkSize;
import org.dmsnap.store.ExceptionStoreType;

/** Takes snapshots; their words from TYPE on are those of a table line, and so are their errors. */
final class SnapshotCommand implements Command {

  private static final int TYPE = 3;
  private static final int CHUNK = 4;
  private static final int FEATURE_COUNT = 5;

  private static final String DEFAULT_TYPE = "P";
  private static final int DEFAULT_CHUNK_SECTORS = 16;
  private static final int KERNEL_DEFAULT_CHUNK_SECTORS = 32; // what a chunk size of 0 means to it
  private static final long UNSIGNED_INT_MAX = (1L << Integer.SIZE) - 1;

  @Override
  public String name() {
    return "snapshot";
  }

  @Override
  public String words() {
    return "NAME ORIGIN COWSIZE [P|PO|N [CHUNK [#FEATURES FEATURE...]]]";
  }

  @Override
  public String purpose() {
    return "Takes the snapshot NAME of ORIGIN as it is now, with room for COWSIZE of changes,"
        + " such as 100M or 20%ORIGIN (of its size), and no more than it can ever need. P is"
        + " persistent, PO too and stays readable when full, N is gone after unmount; CHUNK is in"
        + " sectors, 0 the kernel's default of 32; P 16 if left out. Features: discard_zeroes_cow,"
        + " discard_passdown_origin. ORIGIN may be a snapshot, if both are P or PO."
        + " Several, separated by a word of ;, are taken in one moment, or none of them. "
        + Sizes.HELP;
  }

  @Override
  public boolean inGroups() {
    return true;
  }

  @Override
  public void run(Pool pool, List<String> words) throws IOException {
    List<List<String>> all = Group.members(this, words);
    Members members = new Members(all.stream().map(member -> member.get(0)).toList(), "taken");
    List<SnapshotRequest> requests = new ArrayList<>();
    for (List<String> member : all) {
      members.member(member.get(0), () -> requests.add(request(pool, member)));
    }
    pool.snapshot(requests.toArray(SnapshotRequest[]::new));
  }

  private static SnapshotRequest request(Pool pool, List<String> words) throws IOException {
    Set<Feature> features = features(words);
    ExceptionStoreType type =
        ExceptionStoreType.of(words.size() > TYPE ? words.get(TYPE) : DEFAULT_TYPE);
    int chunkSectors =
        words.size() > CHUNK ? chunkSectors(words.get(CHUNK), type) : DEFAULT_CHUNK_SECTORS;
    long cowBytes = cowBytes(pool, words.get(2), words.get(1), chunkSectors);
    return new SnapshotRequest(words.get(0), words.get(1), cowBytes, type, chunkSectors, features);
  }

  private static long cowBytes(Pool pool, String size, String origin, int chunkSectors)
      throws IOException {
    return Sizes.isShare(size)
        ? Sizes.share(
            size, pool.report(origin).bytes(), new ChunkSize(chunkSectors).bytes(), pool.log())
        : Sizes.parse(size, pool.log());
  }

  private static int chunkSectors(String word, ExceptionStoreType type) {
    int sectors = unsignedInt(word);
    if (sectors == 0 && type.persistent()) {
      return KERNEL_DEFAULT_CHUNK_SECTORS;
    }
    if (sectors == 0) {
      throw new IllegalArgumentException("Chunk size not set: a transient snapshot needs one");
    }
    return new ChunkSize(sectors).sectors();
  }

  /** As kstrtouint(9) with base 10: digits, perhaps after a plus sign. */
  private static int unsignedInt(String word) {
    String digits = word.startsWith("+") ? word.substring(1) : word;
    long value = 0;
    for (int i = 0; i < digits.length() && value <= UNSIGNED_INT_MAX; i++) {
      int digit = digits.charAt(i) - '0';
      value = digit >= 0 && digit <= 9 ? value * 10 + digit : UNSIGNED_INT_MAX + 1;
    }
    if (digits.isEmpty() || value > UNSIGNED_INT_MAX) {
      throw new IllegalArgumentException(
          "Invalid chunk size: " + word + " (a decimal number of sectors, such as 16, is needed)");
    }
    if (value > Integer.MAX_VALUE) {
      throw new IllegalArgumentException("Chunk size is too high: " + word + " sectors");
    }
    return (int) value;
  }

  /** The features that are counted; words beyond them are ignored, as by the kernel. */
  private static Set<Feature> features(List<String> words) {
    Set<Feature> features = EnumSet.noneOf(Feature.class);
    if (words.size() <= FEATURE_COUNT) {
      return features;
    }
    List<String> given = words.subList(FEATURE_COUNT + 1, words.size());
    int count = featureCount(words.get(FEATURE_COUNT), given.size());
    for (String word : given.subList(0, count)) {
      features.add(Feature.of(word));
    }
    if (features.contains(Feature.DISCARD_PASSDOWN_ORIGIN)
        && !features.contains(Feature.DISCARD_ZEROES_COW)) {
      throw new IllegalArgumentException(
          "discard_passdown_origin feature depends on discard_zeroes_cow");
    }
    return features;
  }

  private static int featureCount(String word, int given) {
    int count = word.matches("\\+?0*[0-9]") ? word.charAt(word.length() - 1) - '0' : -1;
    if (count < 0 || count > Math.min(given, Feature.values().length)) {
      throw new IllegalArgumentException(
          "Invalid number of feature arguments: " + word + ", and " + given + " follow");
    }
    return count;
  }
}
