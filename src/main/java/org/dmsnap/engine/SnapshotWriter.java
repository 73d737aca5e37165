package org.dmsnap.engine;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.StampedLock;
import jnr.constants.platform.Errno;
import org.dmsnap.block.BlockDevice;
import org.dmsnap.block.ErrnoException;
import org.dmsnap.block.NativeBuffer;
import org.dmsnap.store.ChunkRun;
import org.dmsnap.store.ChunkSize;
import org.dmsnap.store.ExceptionStore;
import org.jspecify.annotations.Nullable;

/**
 * A snapshot's own writes: in place where a chunk has an exception, else to a new chunk. One that
 * fails fails alone, see {@link Validity}.
 */
final class SnapshotWriter {

  private static final long ZERO_PIECE = 16 << 20;

  private final Snapshot snapshot;
  private final BlockDevice cow;
  private final ExceptionStore store;
  private final ChunkSize chunkSize;
  private final ExceptionMap exceptions;
  private final CowSpace space;
  private final Runnable overflow;
  private final AtomicInteger unsynced = new AtomicInteger();

  /**
   * @param overflow called when a snapshot of type {@code PO} finds no space, and may have none
   */
  SnapshotWriter(Snapshot snapshot, CowSpace space, Runnable overflow) {
    this.snapshot = snapshot;
    this.cow = snapshot.cow();
    this.store = snapshot.store();
    this.chunkSize = snapshot.chunkSize();
    this.exceptions = snapshot.exceptions();
    this.space = space;
    this.overflow = overflow;
  }

  /** How many exceptions were added since {@link #syncing}. */
  int unsynced() {
    return unsynced.get();
  }

  /** A flush begins: what is added from now on counts anew. */
  void syncing() {
    unsynced.set(0);
  }

  /** As {@link Target#write}. */
  void write(long position, NativeBuffer buffer, int length) throws IOException {
    if (snapshot.origin().overflow() == OverflowPolicy.REFUSE) {
      synchronized (snapshot.origin().admission()) {
        admit(position, length);
        writeAdmitted(position, buffer, length);
      }
    } else {
      writeAdmitted(position, buffer, length);
    }
    awaitLeft();
  }

  /** What is acknowledged must be found by a successor. */
  private void awaitLeft() throws IOException {
    if (!store.left()) {
      store.awaitAllDurable();
    }
  }

  /** As {@link Snapshot#own}. */
  void own(long position, long length) throws IOException {
    if (snapshot.origin().overflow() == OverflowPolicy.REFUSE) {
      synchronized (snapshot.origin().admission()) {
        admit(position, length);
        ownAdmitted(position, length);
      }
    } else {
      ownAdmitted(position, length);
    }
    awaitLeft();
  }

  private void ownAdmitted(long position, long length) throws IOException {
    for (long at = position, end = position + length; at < end; ) {
      int most = (int) Math.min(end - at, ZERO_PIECE);
      int piece = exceptions.exceptedRun(at, most);
      at += piece > 0 ? piece : writeNew(at, null, most);
    }
  }

  /** As {@link Target#admitZero}. */
  void admitZero(long position, long length) throws IOException {
    if (snapshot.origin().overflow() == OverflowPolicy.REFUSE) {
      Needs needs = new Needs(List.of(snapshot));
      for (long at = position, end = position + length; at < end; ) {
        long piece = Math.min(end - at, ZERO_PIECE);
        nonZero(at, piece).forEach(needs::add);
        if (!needs.fit()) {
          throw full();
        }
        at += piece;
      }
    }
  }

  /** As {@link Target#zero}: by writing zeroes where there are none. */
  void zero(long position, long length) throws IOException {
    for (NonZero run : nonZero(position, length)) {
      Zeroes.write(run.position(), run.length(), this::write);
    }
  }

  private List<NonZero> nonZero(long position, long length) throws IOException {
    return NonZero.of(snapshot::read, snapshot.extents(), position, length);
  }

  private void admit(long position, long length) throws IOException {
    if (!snapshot.copyOut().makeRoom(position, length)) {
      throw full();
    }
  }

  private static ErrnoException full() {
    return new ErrnoException(Errno.ENOSPC, "the snapshot is full; extend it");
  }

  private void writeAdmitted(long position, NativeBuffer buffer, int length) throws IOException {
    for (int left = length; left > 0; ) {
      int piece = exceptions.exceptedRun(position, left);
      if (piece > 0) {
        cow.write(exceptions.cowPosition(position), buffer, piece);
      } else {
        piece = writeNew(position, buffer, left);
      }
      position += piece;
      left -= piece;
    }
  }

  /**
   * Writes chunks that have no exception, as many as lie next to each other on the COW device.
   *
   * @param buffer what is written, or null: what they show
   */
  private int writeNew(long position, @Nullable NativeBuffer buffer, int left) throws IOException {
    ChunkLocks locks = snapshot.origin().locks();
    StampedLock lock = locks.of(position);
    long stamp = lock.writeLock(); // from the look-up until the exceptions are added
    try {
      int length = exceptions.unexceptedRun(position, locks.lengthWithin(position, left));
      if (length == 0) {
        return 0; // an exception came meanwhile: the caller looks again
      }
      long oldFirst = chunkSize.chunkOf(position);
      ChunkRun run = allocate(chunkSize.chunkOf(position + length - 1) - oldFirst + 1);
      long end = Math.min(position + length, chunkSize.positionOf(oldFirst + run.count()));
      int piece = (int) (end - position);
      fill(run, position, buffer, piece);
      unsynced.addAndGet((int) run.count());
      commit(oldFirst, run);
      return piece;
    } finally {
      lock.unlockWrite(stamp);
    }
  }

  private void commit(long oldFirst, ChunkRun run) throws IOException {
    try {
      snapshot.copyOut().commit(oldFirst, run);
    } catch (IOException e) {
      if (ErrnoException.saysFull(e)) { // the area that must follow: as in the kernel
        snapshot.invalidate(Validity.IO_ERROR, e);
        throw Validity.invalid();
      }
      space.failed(e);
      throw e;
    }
  }

  private void fill(ChunkRun run, long position, @Nullable NativeBuffer buffer, int length)
      throws IOException {
    boolean filled = false;
    try {
      SnapshotWrite write = new SnapshotWrite(snapshot.origin().image(), cow, chunkSize);
      if (buffer == null) {
        write.copy(position, length, run);
      } else {
        write.write(position, buffer, length, run);
      }
      filled = true;
    } catch (IOException e) {
      space.failed(e);
      throw e;
    } finally {
      if (!filled) {
        store.abandon(run); // whatever went wrong: others wait for it
      }
    }
  }

  private ChunkRun allocate(long wanted) throws IOException {
    ChunkRun run = space.prepare(wanted);
    if (run != null) {
      return run;
    }
    if (snapshot.origin().overflow() == OverflowPolicy.REFUSE) {
      throw full();
    }
    if (store.code().equals("PO")) {
      overflow.run();
      throw new ErrnoException(Errno.EIO, "the snapshot overflowed");
    }
    snapshot.invalidate(Validity.NO_SPACE);
    throw Validity.invalid();
  }
}
