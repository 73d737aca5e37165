package org.dmsnap.fuzz;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** Makes wrong input of right input, the same for the same seed. */
public final class Mutator {

  private static final long[] ODD_NUMBERS = {
    0,
    1,
    2,
    255,
    256,
    257,
    4095,
    4096,
    1 << 20,
    Integer.MAX_VALUE,
    1L << 31,
    0xffff_ffffL,
    1L << 32,
    1L << 55,
    1L << 56,
    Long.MAX_VALUE,
    Long.MIN_VALUE,
    -1,
    -2,
    -256
  };

  private static final List<String> ODD_WORDS =
      List.of(
          "",
          "0",
          "-1",
          "+1",
          "007",
          "0x10",
          "1e9",
          "4294967296",
          "9223372036854775807",
          "9223372036854775808",
          "99999999999999999999999999",
          "8388608T",
          "1b",
          "../../etc/passwd",
          "/dev/zero",
          ".",
          "..",
          "ctl",
          "a/b",
          "-x",
          "base-real",
          "\u0000",
          "\u00e9\u4e2d",
          "\ud83d\ude00",
          "%s%n",
          "\t\t",
          "#",
          "# dmsnap: new",
          "P\r",
          ":",
          "a:b");

  private final Random random;

  /** The mutator of that seed. */
  public Mutator(long seed) {
    random = new Random(seed);
  }

  /** What else is to be random. */
  public Random random() {
    return random;
  }

  /** One of {@code all}. */
  public <T> T one(List<T> all) {
    return all.get(random.nextInt(all.size()));
  }

  /**
   * {@code bytes} with one to four faults, half of them in the first {@code hot} bytes.
   *
   * @param other may lend a part of itself
   */
  public byte[] mutate(byte[] bytes, int hot, byte[] other) {
    byte[] mutated = bytes.clone();
    for (int faults = 1 + random.nextInt(4); faults > 0 && mutated.length > 0; faults--) {
      mutated = fault(mutated, Math.min(hot, mutated.length), other);
    }
    return mutated;
  }

  private byte[] fault(byte[] bytes, int hot, byte[] other) {
    int at = random.nextInt(random.nextBoolean() ? hot : bytes.length);
    int length = 1 + random.nextInt(Math.min(64, bytes.length - at));
    switch (random.nextInt(10)) {
      case 0, 1 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
      case 2 -> bytes[at] = (byte) random.nextInt();
      case 3, 4 -> number(bytes, at & ~7);
      case 5 -> half(bytes, at & ~3);
      case 6 -> Arrays.fill(bytes, at, at + length, (byte) -random.nextInt(2));
      case 7 ->
          System.arraycopy(bytes, random.nextInt(bytes.length - length + 1), bytes, at, length);
      case 8 -> {
        int borrowed = Math.min(bytes.length - at, other.length - Math.min(at, other.length));
        System.arraycopy(other, Math.min(at, other.length), bytes, at, borrowed);
      }
      default -> {
        return Arrays.copyOf(bytes, random.nextInt(3) == 0 ? at : bytes.length + at);
      }
    }
    return bytes;
  }

  private void number(byte[] bytes, int at) {
    if (at + Long.BYTES <= bytes.length) {
      long near = random.nextInt(5) - 2;
      long number = random.nextInt(3) == 0 ? random.nextInt(600) : odd() + near;
      ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putLong(at, number);
    }
  }

  private void half(byte[] bytes, int at) {
    if (at + Integer.BYTES <= bytes.length) {
      int number = random.nextBoolean() ? 1 << random.nextInt(32) : (int) odd();
      ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putInt(at, number);
    }
  }

  private long odd() {
    return ODD_NUMBERS[random.nextInt(ODD_NUMBERS.length)];
  }

  /** {@code text} with one to four faults; {@code words} may come in. */
  public String mutate(String text, List<String> words) {
    StringBuilder mutated = new StringBuilder(text);
    for (int faults = 1 + random.nextInt(4); faults > 0; faults--) {
      fault(mutated, words);
    }
    return mutated.toString();
  }

  private void fault(StringBuilder text, List<String> words) {
    int at = random.nextInt(text.length() + 1);
    int end = Math.min(text.length(), at + 1 + random.nextInt(8));
    switch (random.nextInt(10)) {
      case 0 -> text.delete(at, end);
      case 1 -> text.insert(at, (char) random.nextInt(random.nextBoolean() ? 128 : 65536));
      case 2 -> text.insert(at, text.substring(at, end));
      case 3 -> text.setLength(at);
      case 4 -> text.insert(at, one(ODD_WORDS).repeat(random.nextInt(20) == 0 ? 2000 : 1));
      case 5 -> line(text, at);
      default -> word(text, at, random.nextBoolean() ? one(ODD_WORDS) : one(words));
    }
  }

  /** Replaces the word at {@code at}. */
  private static void word(StringBuilder text, int at, String by) {
    int start = at;
    while (start > 0 && text.charAt(start - 1) > ' ') {
      start--;
    }
    int end = at;
    while (end < text.length() && text.charAt(end) > ' ') {
      end++;
    }
    text.replace(start, end, by);
  }

  /** Moves the line at {@code at} to the beginning, or doubles it. */
  private void line(StringBuilder text, int at) {
    int start = text.lastIndexOf("\n", at - 1) + 1;
    int newline = text.indexOf("\n", at);
    int end = newline < 0 ? text.length() : newline + 1;
    if (start > end) {
      return;
    }
    String line = text.substring(start, end);
    if (random.nextBoolean()) {
      text.delete(start, end);
    }
    text.insert(0, line);
  }
}
