package org.dmsnap.fuse;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.atomic.AtomicReferenceArray;
import jnr.constants.platform.Errno;
import org.dmsnap.block.ErrnoException;

/** The open files by the number that the kernel sends along; looking one up takes no lock. */
final class HandleTable {

  private static final int FIRST_CAPACITY = 64;

  private final Deque<Integer> free = new ArrayDeque<>(); // guarded by this
  private volatile AtomicReferenceArray<Handle> slots = new AtomicReferenceArray<>(FIRST_CAPACITY);
  private int used; // guarded by this: slots from here on have never been taken

  /** Adds an open file; answers its number. */
  synchronized int add(Handle handle) {
    Integer number = free.pollFirst();
    if (number == null) {
      number = used++;
      if (number == slots.length()) {
        grow();
      }
    }
    slots.set(number, handle);
    return number;
  }

  /** The open file of that number; EBADF if there is none. */
  Handle get(int number) throws IOException {
    Handle handle = slots.get(number);
    if (handle == null) {
      throw new ErrnoException(Errno.EBADF, "no open file " + number);
    }
    return handle;
  }

  /** Forgets an open file; answers what it was. */
  synchronized Handle remove(int number) throws IOException {
    Handle handle = get(number);
    slots.set(number, null);
    free.addFirst(number);
    return handle;
  }

  private void grow() {
    AtomicReferenceArray<Handle> larger = new AtomicReferenceArray<>(2 * slots.length());
    for (int i = 0; i < slots.length(); i++) {
      larger.set(i, slots.get(i));
    }
    slots = larger;
  }
}
