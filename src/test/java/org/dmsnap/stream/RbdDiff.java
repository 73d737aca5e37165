package org.dmsnap.stream;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32C;

/**
 * Streams in rbd diff v1, as the tests write and read them: by what Ceph's documentation says, and
 * by nothing that the program has.
 */
public final class RbdDiff {

  /** A record: {@code w} with its data, or {@code z}. */
  public record Extent(char tag, long offset, long length, byte[] data) {}

  /** What a stream says. */
  public record Read(String from, String to, long size, List<Extent> extents, String trailer) {

    /** What it makes of {@code base}; all of it zero where there is none. */
    public byte[] over(byte[] base) {
      byte[] made = Arrays.copyOf(base, (int) size);
      for (Extent extent : extents) {
        int at = (int) extent.offset();
        Arrays.fill(made, at, at + (int) extent.length(), (byte) 0);
        System.arraycopy(extent.data(), 0, made, at, extent.data().length);
      }
      return made;
    }

    /** The line of the trailer that begins with {@code word}, without it. */
    public String line(String word) {
      return trailer
          .lines()
          .filter(line -> line.startsWith(word + " "))
          .map(line -> line.substring(word.length() + 1))
          .findFirst()
          .orElse("");
    }
  }

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  /** A stream that begins as all do. */
  public RbdDiff() {
    bytes("rbd diff v1\n".getBytes(US_ASCII));
  }

  /** One of a whole volume. */
  public static RbdDiff whole(String to, long size) {
    return new RbdDiff().name('t', to).size(size);
  }

  /** One of a difference. */
  public static RbdDiff between(String from, String to, long size) {
    return new RbdDiff().name('f', from).name('t', to).size(size);
  }

  /** A name. */
  public RbdDiff name(char tag, String name) {
    byte[] bytes = name.getBytes(UTF_8);
    return tag(tag).bytes(numbers(Integer.BYTES).putInt(bytes.length).array()).bytes(bytes);
  }

  /** The size. */
  public RbdDiff size(long size) {
    return tag('s').number(size);
  }

  /** Data. */
  public RbdDiff data(long offset, byte[] data) {
    return tag('w').number(offset).number(data.length).bytes(data);
  }

  /** Zeroes. */
  public RbdDiff zeroes(long offset, long length) {
    return tag('z').number(offset).number(length);
  }

  /** A letter. */
  public RbdDiff tag(char tag) {
    out.write(tag);
    return this;
  }

  /** A number of 8 bytes. */
  public RbdDiff number(long number) {
    return bytes(numbers(Long.BYTES).putLong(number).array());
  }

  /** Anything. */
  public RbdDiff bytes(byte[] bytes) {
    out.writeBytes(bytes);
    return this;
  }

  private static ByteBuffer numbers(int bytes) {
    return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  /** All of it so far. */
  public byte[] soFar() {
    return out.toByteArray();
  }

  /** With its end. */
  public byte[] end() {
    return tag('e').soFar();
  }

  /** With its end, and the trailer that says what it makes, and of what. */
  public byte[] end(String to, String from) {
    byte[] stream = end();
    CRC32C crc = new CRC32C();
    crc.update(stream);
    String lines =
        "dmsnap 1\n"
            + (to.isEmpty() ? "" : "to " + to + "\n")
            + (from.isEmpty() ? "" : "from " + from + "\n")
            + "crc32c %08x\nend\n".formatted(crc.getValue());
    return bytes(lines.getBytes(US_ASCII)).soFar();
  }

  /** What {@code stream} says, which has to be in order. */
  public static Read read(byte[] stream) {
    ByteBuffer in = ByteBuffer.wrap(stream).order(ByteOrder.LITTLE_ENDIAN);
    byte[] banner = new byte["rbd diff v1\n".length()];
    in.get(banner);
    if (!new String(banner, US_ASCII).equals("rbd diff v1\n")) {
      throw new AssertionError("no rbd diff v1");
    }
    String from = "";
    String to = "";
    long size = -1;
    long end = 0;
    List<Extent> extents = new ArrayList<>();
    for (char tag = (char) in.get(); tag != 'e'; tag = (char) in.get()) {
      switch (tag) {
        case 'f' -> from = name(in);
        case 't' -> to = name(in);
        case 's' -> size = in.getLong();
        default -> {
          Extent extent = extent(tag, in);
          if (size < 0 || extent.offset() < end || extent.length() <= 0) {
            throw new AssertionError("out of order: " + extent);
          }
          end = extent.offset() + extent.length();
          extents.add(extent);
        }
      }
    }
    if (end > size) {
      throw new AssertionError(end + " is beyond " + size);
    }
    byte[] trailer = new byte[in.remaining()];
    in.get(trailer);
    return new Read(from, to, size, extents, new String(trailer, US_ASCII));
  }

  private static String name(ByteBuffer in) {
    byte[] name = new byte[in.getInt()];
    in.get(name);
    return new String(name, UTF_8);
  }

  private static Extent extent(char tag, ByteBuffer in) {
    long offset = in.getLong();
    long length = in.getLong();
    if (tag != 'w' && tag != 'z') {
      throw new AssertionError("no record: " + (int) tag);
    }
    byte[] data = new byte[tag == 'w' ? (int) length : 0];
    in.get(data);
    return new Extent(tag, offset, length, data);
  }
}
