package org.dmsnap.stream;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.dmsnap.block.ErrnoException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What is written is read again, in whatever pieces it comes; what is no stream is refused. */
class DiffReaderTest {

  private static final int SIZE = 1 << 20;
  private static final String TO = "01234567-89ab-cdef-0123-456789abcdef";
  private static final String FROM = "fedcba98-7654-3210-fedc-ba9876543210";

  /** Makes a volume of what it is told. */
  private static final class Volume implements DiffSink {
    private final List<DiffHeader> headers = new ArrayList<>();
    private final byte[] bytes;

    Volume(byte[] before) {
      bytes = before.clone();
    }

    @Override
    public void header(DiffHeader header) {
      headers.add(header);
    }

    @Override
    public void data(long position, byte[] data, int offset, int length) {
      System.arraycopy(data, offset, bytes, (int) position, length);
    }

    @Override
    public void zeroes(long position, long length) {
      Arrays.fill(bytes, (int) position, (int) (position + length), (byte) 0);
    }
  }

  private static Trailer read(byte[] stream, Volume volume, Random pieces) throws IOException {
    DiffReader reader = new DiffReader(volume);
    for (int at = 0; at < stream.length; ) {
      int count = Math.min(stream.length - at, 1 + pieces.nextInt(pieces.nextBoolean() ? 8 : 9000));
      reader.accept(stream, at, count);
      at += count;
    }
    return reader.end();
  }

  @Test
  void what_the_writer_writes_both_readers_read() throws IOException {
    Random random = new Random(1);
    byte[] before = new byte[SIZE];
    random.nextBytes(before);
    byte[] data = new byte[70_000];
    random.nextBytes(data);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    DiffWriter writer = new DiffWriter(Channels.newChannel(out));
    writer.header(new DiffHeader("monday", "tuesday", SIZE));
    writer.zeroes(512, 1000);
    writer.data(8192, ByteBuffer.wrap(data));
    writer.data(100_000, ByteBuffer.wrap(data, 5, 4096));
    writer.zeroes(SIZE - 4096, 4096);
    writer.end(TO, FROM);
    byte[] stream = out.toByteArray();

    Volume volume = new Volume(before);
    Trailer trailer = read(stream, volume, random);
    RbdDiff.Read read = RbdDiff.read(stream);

    assertThat(volume.headers).containsExactly(new DiffHeader("monday", "tuesday", SIZE));
    assertThat(trailer).isEqualTo(new Trailer(TO, FROM, read.line("crc32c")));
    assertThat(read.line("to")).isEqualTo(TO);
    assertThat(volume.bytes).isEqualTo(read.over(before)).isNotEqualTo(before);
    byte[] expected = before.clone();
    Arrays.fill(expected, 512, 1512, (byte) 0);
    System.arraycopy(data, 0, expected, 8192, data.length);
    System.arraycopy(data, 5, expected, 100_000, 4096);
    Arrays.fill(expected, SIZE - 4096, SIZE, (byte) 0);
    assertThat(volume.bytes).isEqualTo(expected);
  }

  @Test
  void zeroes_are_cut_into_records_that_others_take() throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    DiffWriter writer = new DiffWriter(Channels.newChannel(out));
    long size = 1L << 40;
    writer.header(new DiffHeader("", "huge", size));
    writer.zeroes(0, size);
    writer.end("", "");

    RbdDiff.Read read = RbdDiff.read(out.toByteArray());

    assertThat(read.extents()).allMatch(extent -> extent.length() <= 4 << 20);
    assertThat(read.extents().stream().mapToLong(RbdDiff.Extent::length).sum()).isEqualTo(size);
    assertThat(read.from()).isEmpty();
  }

  @Test
  void a_stream_of_somebody_else_has_no_trailer() throws IOException {
    byte[] stream = RbdDiff.whole("day", SIZE).data(0, new byte[512]).end();

    assertThat(read(stream, new Volume(new byte[SIZE]), new Random(2)).present()).isFalse();
  }

  static Stream<Arguments> wrong() {
    byte[] data = new byte[512];
    return Stream.of(
        Arguments.of("it is empty", new byte[0]),
        Arguments.of("begin with", "rbd diff v2\n".getBytes(US_ASCII)),
        Arguments.of("begin with", "<html><body>".getBytes(US_ASCII)),
        Arguments.of("it is cut off", RbdDiff.whole("t", SIZE).soFar()),
        Arguments.of("it is cut off", RbdDiff.whole("t", SIZE).tag('w').number(0).soFar()),
        Arguments.of("does not say how large", new RbdDiff().name('t', "t").end()),
        Arguments.of("does not say how large", new RbdDiff().data(0, data).end()),
        Arguments.of("twice, or out of order", RbdDiff.whole("t", SIZE).size(SIZE).end()),
        Arguments.of("twice, or out of order", new RbdDiff().name('t', "t").name('f', "f").end()),
        Arguments.of("out of order", RbdDiff.whole("t", SIZE).data(0, data).size(SIZE).end()),
        Arguments.of("512 bytes, not 0", RbdDiff.whole("t", 0).end()),
        Arguments.of("not 513", RbdDiff.whole("t", 513).end()),
        Arguments.of("not 18446744073709551104", RbdDiff.whole("t", -512).end()),
        Arguments.of("is empty", RbdDiff.whole("t", SIZE).zeroes(0, 0).end()),
        Arguments.of("reach beyond", RbdDiff.whole("t", SIZE).zeroes(SIZE, 1).end()),
        Arguments.of("reach beyond", RbdDiff.whole("t", SIZE).data(SIZE - 511, data).end()),
        Arguments.of("reach beyond", RbdDiff.whole("t", SIZE).zeroes(Long.MAX_VALUE, 2).end()),
        Arguments.of("reach beyond", RbdDiff.whole("t", SIZE).zeroes(512, Long.MAX_VALUE).end()),
        Arguments.of("reach beyond", RbdDiff.whole("t", SIZE).zeroes(-512, 512).end()),
        Arguments.of("reach beyond", RbdDiff.whole("t", SIZE).zeroes(0, -1).end()),
        Arguments.of("overlaps", RbdDiff.whole("t", SIZE).data(0, data).data(511, data).end()),
        Arguments.of("goes back", RbdDiff.whole("t", SIZE).data(512, data).zeroes(0, 1).end()),
        Arguments.of("there is no record", RbdDiff.whole("t", SIZE).tag('x').end()),
        Arguments.of("characters", RbdDiff.between("../../etc", "t", SIZE).end()),
        Arguments.of("characters", RbdDiff.between("f", "a\nb", SIZE).end()),
        Arguments.of("characters", new RbdDiff().name('t', "\u001b[2J").size(SIZE).end()),
        Arguments.of("a name of 0 bytes", new RbdDiff().name('t', "").size(SIZE).end()),
        Arguments.of("a name of 5000 bytes", new RbdDiff().name('t', "a".repeat(5000)).end()),
        Arguments.of("a name of 4294967295 bytes", new RbdDiff().tag('t').bytes(minusOne()).end()),
        Arguments.of("follows its end", RbdDiff.whole("t", SIZE).tag('e').tag('e').soFar()),
        Arguments.of(
            "follows its end", RbdDiff.whole("t", SIZE).tag('e').bytes(new byte[300]).soFar()),
        Arguments.of("follows its end", cut(RbdDiff.whole("t", SIZE).end(TO, ""))),
        Arguments.of("it is damaged", damaged(RbdDiff.whole("t", SIZE).data(0, data).end(TO, ""))));
  }

  private static byte[] minusOne() {
    return new byte[] {-1, -1, -1, -1};
  }

  private static byte[] cut(byte[] stream) {
    return Arrays.copyOf(stream, stream.length - 1);
  }

  private static byte[] damaged(byte[] stream) {
    stream[100] ^= 4;
    return stream;
  }

  @ParameterizedTest(name = "{0} ({index})")
  @MethodSource("wrong")
  void what_is_no_stream_is_refused_in_words(String words, byte[] stream) {
    assertThatThrownBy(() -> read(stream, new Volume(new byte[SIZE]), new Random(3)))
        .isInstanceOf(ErrnoException.class)
        .hasMessageContaining("the stream cannot be received: ")
        .hasMessageContaining(words);
  }
}
