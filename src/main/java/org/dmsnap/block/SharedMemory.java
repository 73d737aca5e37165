package org.dmsnap.block;

import com.kenai.jffi.MemoryIO;
import java.io.IOException;
import java.lang.invoke.VarHandle;
import java.nio.charset.StandardCharsets;
import jnr.constants.platform.Errno;

/**
 * Memory that outlives this process: a file without a name, whose descriptor is {@link HandedOn},
 * mapped.
 *
 * <p>It is sealed: its size never changes, so no access to it can fail for that. Its pages come to
 * be when they are first touched, or {@link #populate populated}, and are zero then. What it holds
 * has a name and a version; what a predecessor of another version left is refused in words. All
 * that is read from it is foreign input to who reads it.
 *
 * <p>Offsets are bytes, of words multiples of 8; a range does not cross a multiple of {@link
 * #PIECE}. A word is stored as a whole or not at all. What is to be valid with a word is complete
 * before {@link #publish} stores that: a process that dies in between leaves it invalid. Any number
 * of threads.
 */
public final class SharedMemory {

  /** No range crosses a multiple of this. */
  public static final long PIECE = SharedFile.PIECE;

  private static final MemoryIO MEMORY = MemoryIO.getInstance();

  // the header, a page behind what is addressed
  private static final int HEADER_BYTES = 4096;
  private static final int MAGIC_AT = 0;
  private static final int VERSION_AT = 8;
  private static final int SIZE_AT = 16;
  private static final int NAME_AT = 24;
  private static final int MOST_NAME = 255;
  private static final long MAGIC = 0x3170616e736d64L; // dmsnap1

  private final SharedFile file;
  private final HandedOn handedOn;
  private final boolean inherited;

  private SharedMemory(SharedFile file, HandedOn handedOn, boolean inherited) {
    this.file = file;
    this.handedOn = handedOn;
    this.inherited = inherited;
  }

  /**
   * What a predecessor left under {@code name}, or new memory, all zero, that is kept under it.
   *
   * @param version of what it holds
   * @param bytes how much it has if it is new: a multiple of 4096
   * @throws ErrnoException EPROTO if it is of another version, EINVAL if it is none of ours
   */
  public static SharedMemory of(HandedOn handedOn, String name, int version, long bytes)
      throws IOException {
    int left = handedOn.inherited(name);
    if (left >= 0) {
      return takenOver(SharedFile.takeOver(left, name), handedOn, name, version);
    }
    SharedFile file = SharedFile.create(name, bytes + HEADER_BYTES);
    try {
      SharedMemory memory = new SharedMemory(file, handedOn, false);
      memory.head(name, version);
      handedOn.keep(name, file.descriptor());
      return memory;
    } catch (IOException | RuntimeException failure) {
      file.close();
      throw failure;
    }
  }

  private static SharedMemory takenOver(
      SharedFile file, HandedOn handedOn, String name, int version) throws ErrnoException {
    try {
      SharedMemory memory = new SharedMemory(file, handedOn, true);
      memory.check(name, version);
      return memory;
    } catch (ErrnoException failure) {
      file.close();
      throw failure;
    }
  }

  /** Gives its descriptor back; there is no more of it to be had then, but what there is stays. */
  public void close() {
    file.close();
  }

  /** Whether a predecessor left it. */
  public boolean inherited() {
    return inherited;
  }

  /** How many bytes there are. */
  public long size() {
    return file.size() - HEADER_BYTES;
  }

  /** The native address of what is at {@code offset}. */
  public long address(long offset) {
    return file.address(offset);
  }

  /** The word at {@code offset}. */
  public long get(long offset) {
    return MEMORY.getLong(address(offset));
  }

  /** Stores a word that is not valid by itself. */
  public void put(long offset, long value) {
    handedOn.storing();
    MEMORY.putLong(address(offset), value);
  }

  /** Stores a word after all that this thread has stored before. */
  public void publish(long offset, long value) {
    handedOn.storing();
    VarHandle.releaseFence();
    MEMORY.putLong(address(offset), value);
  }

  /** The text of at most {@code most} bytes that was {@link #putText put} there. */
  public String text(long offset, int most) throws ErrnoException {
    long length = get(offset);
    if (length < 0 || length > most) {
      throw new ErrnoException(Errno.EINVAL, "a text of " + length + " bytes at " + offset);
    }
    byte[] bytes = new byte[(int) length];
    MEMORY.getByteArray(address(offset + Long.BYTES), bytes, 0, bytes.length);
    return new String(bytes, StandardCharsets.UTF_8);
  }

  /**
   * Puts a text, behind a word with its length, which is stored last.
   *
   * @throws ErrnoException ENAMETOOLONG if it has more than {@code most} bytes
   */
  public void putText(long offset, String text, int most) throws ErrnoException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    if (bytes.length > most) {
      throw new ErrnoException(Errno.ENAMETOOLONG, "longer than " + most + " bytes: " + text);
    }
    put(offset, 0);
    MEMORY.putByteArray(address(offset + Long.BYTES), bytes, 0, bytes.length);
    publish(offset, bytes.length);
  }

  /**
   * Has pages for a range, so that touching it neither fails nor waits; nobody else touches it
   * meanwhile.
   *
   * @throws ErrnoException ENOSPC or ENOMEM if there is no memory
   */
  public void populate(long offset, long length) throws ErrnoException {
    file.populate(offset, length);
  }

  private void head(String name, int version) throws IOException {
    putText(NAME_AT + size(), name, MOST_NAME);
    put(VERSION_AT + size(), version);
    put(SIZE_AT + size(), size());
    publish(MAGIC_AT + size(), MAGIC);
  }

  private void check(String name, int version) throws ErrnoException {
    long found = get(VERSION_AT + size());
    if (get(MAGIC_AT + size()) != MAGIC || !text(NAME_AT + size(), MOST_NAME).equals(name)) {
      throw new ErrnoException(
          Errno.EINVAL, "what was handed on as " + name + " is no memory of dmsnap's of that name");
    }
    if (found != version) {
      throw new ErrnoException(
          Errno.EPROTO,
          "the server before left its state ("
              + name
              + ") in version "
              + found
              + ", and this one reads version "
              + version
              + ": it cannot go on with it");
    }
    if (get(SIZE_AT + size()) != size()) {
      throw new ErrnoException(
          Errno.EINVAL, "what was handed on as " + name + " has not the size that it says");
    }
  }
}
