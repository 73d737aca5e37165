package org.dmsnap.block;

import java.io.IOException;
import java.util.Map;
import java.util.TreeMap;

/** Holds descriptors for a successor within this process, as a keeper does for another. */
public final class HeldDescriptors implements HandedOn, AutoCloseable {

  private static final int DUPLICATE = 1030; // F_DUPFD_CLOEXEC

  private static final int ADD_SEALS = 1033;
  private static final int SIZE_SEALS = 7;
  private static final int SEEK_END = 2;
  private static final int SEEK_DATA = 3;
  private static final int SEEK_HOLE = 4;

  private final Map<String, Integer> kept = new TreeMap<>();
  private volatile Runnable watcher = () -> {};

  /** Has {@code told} told before each word that is stored in memory that is kept here. */
  public void watch(Runnable told) {
    watcher = told;
  }

  @Override
  public void storing() {
    watcher.run();
  }

  /** The same, with memory that has the content of this one's now. */
  public synchronized HeldDescriptors copy() throws IOException {
    HeldDescriptors copy = new HeldDescriptors();
    for (Map.Entry<String, Integer> memory : kept.entrySet()) {
      copy.kept.put(memory.getKey(), copyOf(memory.getValue()));
    }
    return copy;
  }

  private static int copyOf(int memory) throws IOException {
    LibC libc = LibC.INSTANCE;
    int copy = libc.memfd_create("copy", 3);
    long size = libc.lseek(memory, 0, SEEK_END);
    if (copy < 0 || libc.ftruncate(copy, size) < 0 || libc.fcntl(copy, ADD_SEALS, SIZE_SEALS) < 0) {
      throw LastErrno.failure("copy of memory");
    }
    NativeBuffer buffer = BufferPool.borrow();
    for (long at = libc.lseek(memory, 0, SEEK_DATA); at >= 0; ) {
      long end = libc.lseek(memory, at, SEEK_HOLE);
      while (at < end) {
        long piece = Math.min(end - at, BufferPool.BUFFER_BYTES);
        libc.pread(memory, buffer.address(), piece, at);
        libc.pwrite(copy, buffer.address(), piece, at);
        at += piece;
      }
      at = libc.lseek(memory, end, SEEK_DATA);
    }
    BufferPool.giveBack(buffer);
    return copy;
  }

  @Override
  public synchronized int inherited(String name) {
    Integer descriptor = kept.get(name);
    return descriptor == null ? -1 : duplicate(descriptor);
  }

  @Override
  public synchronized void keep(String name, int descriptor) throws IOException {
    int own = duplicate(descriptor);
    if (own < 0) {
      throw LastErrno.failure("dup");
    }
    drop(name);
    kept.put(name, own);
  }

  @Override
  public synchronized void drop(String name) {
    Integer descriptor = kept.remove(name);
    if (descriptor != null) {
      LibC.INSTANCE.close(descriptor);
    }
  }

  /** What is kept. */
  public synchronized Map<String, Integer> kept() {
    return new TreeMap<>(kept);
  }

  private static int duplicate(int descriptor) {
    return LibC.INSTANCE.fcntl(descriptor, DUPLICATE, 0);
  }

  @Override
  public synchronized void close() {
    kept().keySet().forEach(this::drop);
  }
}
