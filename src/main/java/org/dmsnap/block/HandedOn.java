package org.dmsnap.block;

import java.io.IOException;

/**
 * Descriptors that outlive this process, by name: whoever succeeds it finds them again.
 *
 * <p>Names are ASCII without a colon, at most 255 bytes. Any number of threads may call, which
 * happens seldom: when a pool is opened, and when a transient snapshot comes or goes.
 */
public interface HandedOn {

  /** Nobody succeeds this process: nothing is inherited, and nothing kept. */
  HandedOn NONE =
      new HandedOn() {
        @Override
        public int inherited(String name) {
          return -1;
        }

        @Override
        public void keep(String name, int descriptor) {
          // there is nobody to keep it for
        }

        @Override
        public void drop(String name) {
          // nothing is kept
        }
      };

  /**
   * What a predecessor left under that name, or -1. It is the caller's to close, and stays kept for
   * the next successor until it is {@linkplain #drop dropped}.
   */
  int inherited(String name);

  /**
   * Keeps a descriptor under that name, in place of what was kept under it: once this returns, a
   * successor would find it. The caller may close its own.
   *
   * @throws IOException if it cannot be kept; nothing has changed then
   */
  void keep(String name, int descriptor) throws IOException;

  /** Keeps what is under that name no more, if anything is. */
  void drop(String name) throws IOException;

  /**
   * Called before each word that is stored in {@link SharedMemory} of this: for who wants to die
   * there.
   */
  default void storing() {
    // nobody does
  }
}
