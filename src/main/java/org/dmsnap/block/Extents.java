package org.dmsnap.block;

import java.io.IOException;

/**
 * Where something that is read has data and where holes, and what is allocated for it.
 *
 * <p>Positions and sizes are in bytes. A hole reads as zeroes, and was one at some moment during
 * the call: what was written before it is data. Any number of threads may call at once.
 */
public interface Extents {

  /**
   * Where, from {@code position} on and before {@code end}, something other than zeroes may be:
   * what lies before it reads as zeroes, without having been read; {@code end} if all does. Who
   * cannot say answers {@code position}.
   */
  long dataFrom(long position, long end) throws IOException;

  /**
   * Where what {@link #dataFrom} answered ends: the next position that it would not answer for
   * itself, or {@code end}. Who cannot say answers {@code end}.
   */
  long holeFrom(long position, long end) throws IOException;

  /**
   * How many bytes are allocated for it, or at most, as it is now: st_blocks of stat(2). Who cannot
   * say answers with the size.
   */
  long allocated();
}
