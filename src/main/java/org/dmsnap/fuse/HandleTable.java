package org.dmsnap.fuse;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.atomic.AtomicReferenceArray;
import jnr.constants.platform.Errno;
import org.dmsnap.block.ErrnoException;
import org.dmsnap.pool.table.Commit;
import org.jspecify.annotations.Nullable;

/**
 * The open files by the number that the kernel sends along, which is never given twice: a place in
 * a table, and how many there have been. Looking one up takes no lock.
 *
 * <p>What is open is noted for a successor before the kernel is told of it, and that it is not any
 * more once it has been released.
 */
final class HandleTable {

  /** How many bits of a number are the place. */
  static final int SLOT_BITS = 18;

  private static final int SLOT_MASK = (1 << SLOT_BITS) - 1;
  private static final int FIRST_CAPACITY = 64;

  private final @Nullable Session session;
  private final Deque<Integer> free = new ArrayDeque<>(); // guarded by this
  private volatile AtomicReferenceArray<Handle> slots = new AtomicReferenceArray<>(FIRST_CAPACITY);
  private int used; // guarded by this: slots from here on have never been taken
  private long count; // guarded by this: numbers that were given

  /** One that nobody succeeds to. */
  HandleTable() {
    this(null);
  }

  /** One that is noted in {@code session}. */
  HandleTable(@Nullable Session session) {
    this.session = session;
    count = session == null ? 0 : session.handles().lastNumber() >>> SLOT_BITS;
  }

  /** Adds an open file that nobody succeeds to; answers its number. */
  long add(Handle handle) throws IOException {
    return add(handle, 0, 0, 0);
  }

  /**
   * Adds an open file; answers its number.
   *
   * @param unique the request that opened it
   * @param flags of open(2)
   * @param told what the kernel is told of it
   */
  synchronized long add(Handle handle, long unique, int flags, int told) throws IOException {
    int slot = free.isEmpty() ? used : free.getFirst();
    if (slot > SLOT_MASK) {
      throw new ErrnoException(Errno.ENFILE, "as many files are open as can be");
    }
    long number = ((count + 1) << SLOT_BITS) | slot;
    handle.bear(number);
    if (session != null) {
      handle.keep(session.texts(), slot);
      session
          .handles()
          .put(
              slot,
              new OpenRecord(
                  number,
                  unique & ~CommandRecords.AGAIN,
                  flags,
                  told,
                  handle.kind(),
                  handle.path()));
    }
    count++;
    if (free.pollFirst() == null) {
      used++;
    }
    set(slot, handle);
    return number;
  }

  /** Puts an open file where a predecessor had it. */
  synchronized void restore(OpenRecord left, Handle handle) {
    int slot = slot(left.number());
    handle.bear(left.number());
    while (used < slot) {
      free.addLast(used++);
    }
    used = Math.max(used, slot + 1);
    set(slot, handle);
  }

  /**
   * What a request that comes again has opened already, or null. One that has come for the first
   * time is not looked for.
   */
  synchronized @Nullable OpenRecord openedBy(long unique) throws IOException {
    if (session == null || (unique & CommandRecords.AGAIN) == 0) {
      return null;
    }
    for (int slot = 0; slot < used; slot++) {
      OpenRecord opened = slots.get(slot) == null ? null : session.handles().get(slot);
      if (opened != null && opened.unique() == (unique & ~CommandRecords.AGAIN)) {
        return opened;
      }
    }
    return null;
  }

  /** The place of that number. */
  static int slot(long number) {
    return (int) number & SLOT_MASK;
  }

  /** The open file of that number; EBADF if there is none. */
  Handle get(long number) throws IOException {
    AtomicReferenceArray<Handle> now = slots;
    int slot = slot(number);
    Handle handle = slot < now.length() ? now.get(slot) : null;
    if (handle == null || handle.number() != number) {
      throw new ErrnoException(Errno.EBADF, "no open file " + number);
    }
    return handle;
  }

  /** What sees to it that each command of a control request is done once. */
  Commit commit(long unique) {
    return session == null ? Commit.NONE : session.commands().begin(unique);
  }

  /** Keeps what a control file reads as by now. */
  void keepText(ControlHandle control) throws IOException {
    if (session != null) {
      control.keep(session.texts(), slot(control.number()));
    }
  }

  /** Forgets an open file and releases it; one that is not there has been released before. */
  void release(long number) throws IOException {
    Handle handle = remove(number);
    if (handle != null) {
      handle.release();
      freed(number, handle);
    }
  }

  private synchronized @Nullable Handle remove(long number) {
    int slot = slot(number);
    Handle handle = slot < slots.length() ? slots.get(slot) : null;
    if (handle == null || handle.number() != number) {
      return null;
    }
    slots.set(slot, null);
    return handle;
  }

  private synchronized void freed(long number, Handle handle) throws IOException {
    int slot = slot(number);
    if (session != null) {
      session.handles().remove(slot);
      handle.unkeep(session.texts(), slot);
    }
    free.addFirst(slot);
  }

  private void set(int slot, Handle handle) {
    while (slot >= slots.length()) {
      grow();
    }
    slots.set(slot, handle);
  }

  private void grow() {
    AtomicReferenceArray<Handle> larger = new AtomicReferenceArray<>(2 * slots.length());
    for (int i = 0; i < slots.length(); i++) {
      larger.set(i, slots.get(i));
    }
    slots = larger;
  }
}
