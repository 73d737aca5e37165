package org.dmsnap.succession;

import java.io.IOException;
import java.util.List;
import org.dmsnap.block.BufferPool;
import org.dmsnap.block.NativeBuffer;

/**
 * Memory in which new data of an origin waits: buffers of {@link BufferPool#BUFFER_BYTES}, cut into
 * blocks of 4 KiB. A buffer, and a block in it, is known by its place, which goes up by the bytes
 * in between.
 */
public interface BlockBuffers {

  /** There is no buffer. */
  long NONE = -1;

  /** Memory of this process alone, lent by the {@link BufferPool}. */
  BlockBuffers PRIVATE =
      new BlockBuffers() {
        @Override
        public long take() {
          return BufferPool.borrow().address();
        }

        @Override
        public void giveBack(long buffer) {
          BufferPool.giveBack(new NativeBuffer().wrap(buffer, BufferPool.BUFFER_BYTES));
        }

        @Override
        public long address(long place) {
          return place;
        }

        @Override
        public void note(long place, long number, int sectors) {
          // nobody will look for it
        }

        @Override
        public List<LeftBlock> left() {
          return List.of();
        }
      };

  /**
   * The place of a buffer, or {@link #NONE}.
   *
   * @throws IOException if the system has no memory for it
   */
  long take() throws IOException;

  /** Takes back a buffer none of whose blocks is used. */
  void giveBack(long buffer);

  /** The native address of a place. */
  long address(long place);

  /**
   * The block at {@code place} holds {@code sectors}, a bitmap, of block {@code number} of the
   * image, from now on; none of them: nothing. What it holds is complete.
   */
  void note(long place, long number, int sectors);

  /** The blocks that a predecessor left; asked once. */
  List<LeftBlock> left();
}
