package org.dmsnap.fuse;

import jnr.ffi.Pointer;

/**
 * What kernel and server agree on: the answer to {@code FUSE_INIT}, made of what the request
 * offers, so that a server which is given the same request again knows what was agreed.
 *
 * <pre>
 *     request 40  4  major            answer  0  4  major           20  4  max_write
 *             44  4  minor                    4  4  minor           24  4  time_gran
 *             48  4  max_readahead            8  4  max_readahead   28  2  max_pages
 *             52  4  flags                   12  4  flags           32  4  flags2
 *             56  4  flags2                  16  2  max_background  36 28  unused
 *                                            18  2  congestion_threshold
 * </pre>
 *
 * <ul>
 *   <li><i>Asynchronous reads, large writes, file handles</i> ({@code EXPORT_SUPPORT}).
 *   <li><i>Asynchronous direct I/O</i>: what one task has under way with libaio, io_uring or a loop
 *       device comes all at once, and no longer one request after the other.
 *   <li><i>Requests of 1 MiB</i> (Linux 4.20), else of 128 KiB.
 *   <li><i>Parallel direct writes</i> ({@link Opening}), if a file that is open past the page cache
 *       can be mapped (Linux 6.6).
 * </ul>
 *
 * <p>As many requests in the background as there may be, asynchronous direct ones among them, so
 * that held ones do not keep the others out (the kernel's default is 12). The minor version is that
 * of what is used; the kernel goes by the flags.
 */
final class Negotiation {

  /** The most that a request may move. */
  static final int MAX_BYTES = 1 << 20;

  /** How many bytes the answer has after its header. */
  static final int ANSWER_BYTES = 64;

  private static final int PAGE_BYTES = 4096; // the smallest that there are
  private static final int OLD_MAX_BYTES = 128 << 10;

  private static final int MAJOR = 7;
  private static final int MINOR = 19; // FALLOCATE
  private static final int LEAST_MINOR = 12;
  private static final short MAX_BACKGROUND = (short) 65535;
  private static final short CONGESTION = (short) 49151;

  private static final int OFFERED_MAJOR = 40;
  private static final int OFFERED_MINOR = 44;
  private static final int OFFERED_READAHEAD = 48;
  private static final int OFFERED_FLAGS = 52;
  private static final int OFFERED_FLAGS2 = 56;

  private static final int READAHEAD = 8;
  private static final int FLAGS = 12;
  private static final int BACKGROUND = 16;
  private static final int CONGESTION_THRESHOLD = 18;
  private static final int MAX_WRITE = 20;
  private static final int PAGES = 28;
  private static final int FLAGS2 = 32;

  private static final int ASYNC_READ = 1;
  private static final int EXPORT_SUPPORT = 1 << 4;
  private static final int BIG_WRITES = 1 << 5;
  private static final int ASYNC_DIO = 1 << 15;
  private static final int MAX_PAGES = 1 << 22;
  private static final int INIT_EXT = 1 << 30; // there are flags2
  private static final int WANTED =
      ASYNC_READ | EXPORT_SUPPORT | BIG_WRITES | ASYNC_DIO | MAX_PAGES | INIT_EXT;
  private static final int DIRECT_IO_ALLOW_MMAP = 1 << 4; // of flags2

  private volatile boolean parallel;

  /** Whether direct writes to one volume may be parallel. */
  boolean parallel() {
    return parallel;
  }

  /** Agreed with an earlier server of this mount. */
  void resume(boolean agreedParallel) {
    parallel = agreedParallel;
  }

  /**
   * Puts the answer to {@code request} at {@code answer}.
   *
   * @return whether kernel and server understand each other
   */
  boolean answer(RequestMemory request, Pointer answer) {
    int offered = request.getInt(OFFERED_FLAGS);
    int offered2 = (offered & INIT_EXT) == 0 ? 0 : request.getInt(OFFERED_FLAGS2);
    int readahead = request.getInt(OFFERED_READAHEAD);
    boolean known =
        request.getInt(OFFERED_MAJOR) == MAJOR && request.getInt(OFFERED_MINOR) >= LEAST_MINOR;
    answer.setMemory(0, ANSWER_BYTES, (byte) 0);
    answer.putInt(0, MAJOR);
    answer.putInt(Integer.BYTES, MINOR);
    answer.putInt(READAHEAD, readahead);
    answer.putInt(FLAGS, offered & WANTED);
    answer.putShort(BACKGROUND, MAX_BACKGROUND);
    answer.putShort(CONGESTION_THRESHOLD, CONGESTION);
    boolean large = (offered & MAX_PAGES) != 0;
    answer.putInt(MAX_WRITE, large ? MAX_BYTES : OLD_MAX_BYTES);
    answer.putShort(PAGES, (short) (large ? MAX_BYTES / PAGE_BYTES : 0));
    answer.putInt(FLAGS2, offered2 & DIRECT_IO_ALLOW_MMAP);
    parallel = (offered2 & DIRECT_IO_ALLOW_MMAP) != 0;
    return known;
  }
}
