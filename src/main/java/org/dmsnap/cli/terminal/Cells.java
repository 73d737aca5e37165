package org.dmsnap.cli.terminal;

/** A volume cut into cells of much the same size, and how much of each has exceptions. */
public final class Cells {

  private static final String BLOCKS = "░▒▓█";
  private static final String LETTERS = ".-+#";

  private final long bytes;
  private final long[] excepted;

  /** {@code count} cells of a volume of {@code bytes}; fewer if it has fewer bytes. */
  public Cells(long bytes, int count) {
    this.bytes = bytes;
    this.excepted = new long[(int) Math.min(count, bytes)];
  }

  /** How many there are. */
  public int count() {
    return excepted.length;
  }

  /** Where the cell begins, in bytes; where the last one ends, of the one behind it. */
  public long start(int cell) {
    long count = excepted.length;
    return bytes / count * cell + bytes % count * cell / count;
  }

  /** How many bytes of the cell have exceptions. */
  public long excepted(int cell) {
    return excepted[cell];
  }

  /** A range has exceptions. */
  public void except(long position, long length) {
    long end = position + length;
    for (int cell = cellOf(position); cell < count() && start(cell) < end; cell++) {
      excepted[cell] += Math.min(end, start(cell + 1)) - Math.max(position, start(cell));
    }
  }

  private int cellOf(long position) {
    int cell = (int) ((double) position / bytes * count()); // or next to it
    while (cell > 0 && start(cell) > position) {
      cell--;
    }
    while (start(cell + 1) <= position) {
      cell++;
    }
    return cell;
  }

  /** A letter for each, the darker the more of it is excepted. */
  public String draw(boolean blocks) {
    StringBuilder line = new StringBuilder(count());
    for (int cell = 0; cell < count(); cell++) {
      line.append((blocks ? BLOCKS : LETTERS).charAt(shade(cell)));
    }
    return line.toString();
  }

  /** 0 for nothing, 1 for less than half, 2 for half or more, 3 for all. */
  private int shade(int cell) {
    long size = start(cell + 1) - start(cell);
    if (excepted[cell] == 0 || excepted[cell] == size) {
      return excepted[cell] == 0 ? 0 : 3;
    }
    return excepted[cell] < size - excepted[cell] ? 1 : 2;
  }
}
