package org.dmsnap.engine;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * Which chunk of the COW device replaces a chunk of the origin.
 *
 * <p>Any number of threads may look up while others add and take back; a look-up takes no lock and
 * allocates nothing. Chunks are kept in pages of 64: a {@code long[]} whose first element is a
 * bitmap of the chunks that have an exception, followed by their new chunks, packed. A page is
 * never changed, only replaced by another. Dense, that is 9 bytes an exception; alone in its page,
 * one takes 32.
 */
final class ExceptionTable {

  /** What {@link #find} answers where there is no exception. */
  static final long NONE = -1;

  private static final int PAGE_SHIFT = 6;
  private static final int PAGE_CHUNKS = 1 << PAGE_SHIFT;
  private static final int BRANCH_SHIFT = 12;
  private static final int BRANCH_PAGES = 1 << BRANCH_SHIFT;
  private static final long BRANCH_CHUNKS = (long) BRANCH_PAGES * PAGE_CHUNKS;

  private static final VarHandle PAGE = MethodHandles.arrayElementVarHandle(long[][].class);

  private final AtomicReferenceArray<long[][]> branches;

  /**
   * @param chunks how many chunks the origin has
   */
  ExceptionTable(long chunks) {
    long branchCount = (chunks >> (PAGE_SHIFT + BRANCH_SHIFT)) + 1;
    branches = new AtomicReferenceArray<>(Math.toIntExact(branchCount));
  }

  /** The COW chunk that replaces {@code oldChunk}, or {@link #NONE}. */
  long find(long oldChunk) {
    long[][] branch = branches.getAcquire((int) (oldChunk >> (PAGE_SHIFT + BRANCH_SHIFT)));
    if (branch == null) {
      return NONE;
    }
    long[] page = (long[]) PAGE.getAcquire(branch, pageOf(oldChunk));
    if (page == null) {
      return NONE;
    }
    long bit = 1L << oldChunk; // of the lowest six bits, as shifts are
    return (page[0] & bit) == 0 ? NONE : page[indexOf(page[0], bit)];
  }

  /**
   * The first chunk from {@code from} on and before {@code end} that has an exception, or, if
   * {@code excepted} is false, that has none; {@code end} if there is no such chunk. Takes 64 of
   * them at a time, and where there are no exceptions 262,144.
   */
  long next(boolean excepted, long from, long end) {
    for (long chunk = from; chunk < end; ) {
      long[][] branch = branches.getAcquire((int) (chunk >> (PAGE_SHIFT + BRANCH_SHIFT)));
      if (branch == null && excepted) {
        chunk = (chunk | (BRANCH_CHUNKS - 1)) + 1;
        continue;
      }
      long[] page = branch == null ? null : (long[]) PAGE.getAcquire(branch, pageOf(chunk));
      long bitmap = page == null ? 0 : page[0];
      long wanted = (excepted ? bitmap : ~bitmap) & (-1L << chunk); // of its lowest six bits
      if (wanted != 0) {
        return Math.min(end, (chunk & -PAGE_CHUNKS) + Long.numberOfTrailingZeros(wanted));
      }
      chunk = (chunk | (PAGE_CHUNKS - 1)) + 1;
    }
    return end;
  }

  /** Adds an exception unless the chunk has one; answers whether it was added. */
  boolean putIfAbsent(long oldChunk, long newChunk) {
    long[][] branch = branchFor((int) (oldChunk >> (PAGE_SHIFT + BRANCH_SHIFT)));
    long bit = 1L << oldChunk; // of the lowest six bits, as shifts are
    while (true) {
      long[] page = (long[]) PAGE.getAcquire(branch, pageOf(oldChunk));
      if (page != null && (page[0] & bit) != 0) {
        return false;
      }
      if (PAGE.compareAndSet(branch, pageOf(oldChunk), page, with(page, bit, newChunk))) {
        return true;
      }
    }
  }

  /**
   * As {@link #putIfAbsent}, but while nobody else has the table, as when a store is loaded. Pages
   * get room for more, so that not each exception makes a new one; {@link #trim} takes it away.
   */
  boolean load(long oldChunk, long newChunk) {
    long[][] branch = branchFor((int) (oldChunk >> (PAGE_SHIFT + BRANCH_SHIFT)));
    long bit = 1L << oldChunk;
    long[] page = branch[pageOf(oldChunk)];
    if (page == null) {
      branch[pageOf(oldChunk)] = new long[] {bit, newChunk};
      return true;
    }
    if ((page[0] & bit) != 0) {
      return false;
    }
    int used = usedOf(page);
    if (used == page.length) {
      page = Arrays.copyOf(page, Math.min(used + (used + 1) / 2, 1 + PAGE_CHUNKS));
      branch[pageOf(oldChunk)] = page;
    }
    int index = indexOf(page[0], bit);
    System.arraycopy(page, index, page, index + 1, used - index);
    page[index] = newChunk;
    page[0] |= bit;
    return true;
  }

  /** Ends the loading, before anybody else gets the table. */
  void trim() {
    for (int i = 0; i < branches.length(); i++) {
      long[][] branch = branches.getPlain(i);
      for (int j = 0; branch != null && j < branch.length; j++) {
        long[] page = branch[j];
        if (page != null && usedOf(page) < page.length) {
          branch[j] = Arrays.copyOf(page, usedOf(page));
        }
      }
    }
  }

  /**
   * Takes back the exceptions of {@code count} chunks that are those of a run on the COW device.
   */
  void remove(long oldFirst, long newFirst, long count) {
    for (long done = 0; done < count; ) {
      int index = (int) (oldFirst + done) & (PAGE_CHUNKS - 1);
      int inPage = (int) Math.min(PAGE_CHUNKS - index, count - done);
      removeInPage(oldFirst + done, newFirst + done, inPage);
      done += inPage;
    }
  }

  private void removeInPage(long oldFirst, long newFirst, int count) {
    long[][] branch = branchFor((int) (oldFirst >> (PAGE_SHIFT + BRANCH_SHIFT)));
    long[] page;
    long[] smaller;
    do {
      page = (long[]) PAGE.getAcquire(branch, pageOf(oldFirst));
      smaller = page == null ? null : without(page, oldFirst, newFirst, count);
    } while (page != smaller && !PAGE.compareAndSet(branch, pageOf(oldFirst), page, smaller));
  }

  private static long @Nullable [] without(long[] page, long oldFirst, long newFirst, int count) {
    long gone = 0;
    for (int i = 0; i < count; i++) {
      long bit = 1L << (oldFirst + i);
      if ((page[0] & bit) != 0 && page[indexOf(page[0], bit)] == newFirst + i) {
        gone |= bit;
      }
    }
    return gone == 0 ? page : gone == page[0] ? null : without(page, gone);
  }

  private static long[] without(long[] page, long gone) {
    long[] smaller = new long[page.length - Long.bitCount(gone)];
    smaller[0] = page[0] & ~gone;
    int next = 1;
    for (long left = smaller[0]; left != 0; left &= left - 1) {
      smaller[next++] = page[indexOf(page[0], Long.lowestOneBit(left))];
    }
    return smaller;
  }

  private long[][] branchFor(int index) {
    long[][] branch = branches.getAcquire(index);
    if (branch != null) {
      return branch;
    }
    branches.compareAndSet(index, null, new long[BRANCH_PAGES][]);
    return branches.getAcquire(index);
  }

  private static long[] with(long[] page, long bit, long newChunk) {
    if (page == null) {
      return new long[] {bit, newChunk};
    }
    long[] larger = new long[page.length + 1];
    int index = indexOf(page[0], bit);
    System.arraycopy(page, 1, larger, 1, index - 1);
    System.arraycopy(page, index, larger, index + 1, page.length - index);
    larger[0] = page[0] | bit;
    larger[index] = newChunk;
    return larger;
  }

  private static int pageOf(long oldChunk) {
    return (int) (oldChunk >> PAGE_SHIFT) & (BRANCH_PAGES - 1);
  }

  private static int usedOf(long[] page) {
    return 1 + Long.bitCount(page[0]);
  }

  private static int indexOf(long bitmap, long bit) {
    return 1 + Long.bitCount(bitmap & (bit - 1));
  }
}
