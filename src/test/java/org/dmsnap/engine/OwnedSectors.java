package org.dmsnap.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.dmsnap.block.Sectors;

/** What an owner of sectors knows of them: whatever each may hold after a cut. */
final class OwnedSectors {
  final int first;
  final int count;
  final List<List<byte[]>> possible = new ArrayList<>();

  OwnedSectors(int first, int count, byte[] content) {
    this.first = first;
    this.count = count;
    for (int i = 0; i < count; i++) {
      possible.add(new ArrayList<>());
    }
    settle(content);
  }

  /** Notes that all its sectors are as in {@code content} for good. */
  void settle(byte[] content) {
    for (int i = 0; i < count; i++) {
      possible.get(i).clear();
      possible.get(i).add(sector(content, first + i));
    }
  }

  /** Notes that what was written last is durable. */
  void flushed() {
    for (List<byte[]> each : possible) {
      each.subList(0, each.size() - 1).clear();
    }
  }

  void write(Target target, Random random) throws IOException {
    int from = random.nextInt(count);
    int sectors = Math.min(1 + random.nextInt(20), count - from);
    byte[] bytes = Bench.bytes(sectors * Sectors.BYTES, random.nextLong());
    for (int i = 0; i < sectors; i++) {
      possible.get(from + i).add(sector(bytes, i));
    }
    Io.write(target, (long) (first + from) * Sectors.BYTES, bytes);
  }

  void checkNow(Target target) throws IOException {
    byte[] read = Io.read(target, (long) first * Sectors.BYTES, count * Sectors.BYTES);
    for (int i = 0; i < count; i++) {
      List<byte[]> known = possible.get(i);
      assertThat(sector(read, i)).as("sector %s", first + i).isEqualTo(known.get(known.size() - 1));
    }
  }

  /** After a failure: of each sector any of what may be there is, and was written last. */
  void lookAgain(Target target) throws IOException {
    byte[] now = Io.read(target);
    checkAfterCut(now);
    for (int i = 0; i < count; i++) {
      possible.get(i).add(sector(now, first + i));
    }
  }

  void checkAfterCut(byte[] content) {
    for (int i = 0; i < count; i++) {
      byte[] now = sector(content, first + i);
      assertThat(possible.get(i).stream().anyMatch(known -> Arrays.equals(known, now)))
          .as("sector %s is one of what it may be", first + i)
          .isTrue();
    }
  }

  private static byte[] sector(byte[] content, int sector) {
    return Arrays.copyOfRange(content, sector * Sectors.BYTES, (sector + 1) * Sectors.BYTES);
  }
}
