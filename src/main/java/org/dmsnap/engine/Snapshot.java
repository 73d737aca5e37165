package org.dmsnap.engine;

import java.io.IOException;
import java.util.List;
import java.util.Set;
import jnr.constants.platform.Errno;
import org.dmsnap.block.BlockDevice;
import org.dmsnap.block.ErrnoException;
import org.dmsnap.block.Extents;
import org.dmsnap.block.NativeBuffer;
import org.dmsnap.store.ChunkSize;
import org.dmsnap.store.CowFile;
import org.dmsnap.store.ExceptionStore;
import org.dmsnap.store.ExceptionStoreType;
import org.dmsnap.succession.Legacy;

/**
 * The target that shows an origin as it was, plus its own writes. Source: {@code snapshot} in the
 * kernel's snapshot.rst.
 *
 * <p>A chunk with an exception is read and written on the COW device, any other is read from the
 * origin's image. An own write's exception is seen at once and durable with the next group; only an
 * origin that is to overwrite the chunk waits for that. The lock rule is {@link ChunkLocks}', the
 * durability rule {@link ExceptionStore#commit}'s.
 */
public final class Snapshot implements Target {

  /** Own exceptions that may wait for a sync before their writer makes them durable. */
  private static final int UNSYNCED_LIMIT = 1 << 16;

  private volatile Origin origin; // changes with the gate held
  private final BlockDevice cow;
  private final ExceptionStore store;
  private final ExceptionMap exceptions;
  private final Extents extents;
  private final Validity validity;
  private final CowSpace space;
  private final SnapshotListener listener;
  private final CopyOutTarget copyOut;
  private final SnapshotReader reader;
  private final SnapshotDiscard discard;
  private final SnapshotWriter writer;
  private final LoadedStore loaded;
  private final Set<Feature> features;
  private final Dependents dependents;
  private final Unflushed unflushed;

  private Snapshot(
      Origin origin,
      BlockDevice cow,
      LoadedStore loaded,
      SnapshotListener listener,
      Set<Feature> with) {
    this.origin = origin;
    this.cow = cow;
    this.store = loaded.store();
    this.exceptions = loaded.exceptions();
    this.extents = new SnapshotExtents(this, () -> this.origin.image());
    this.loaded = loaded;
    this.features = Set.copyOf(with);
    this.listener = listener;
    this.dependents = new Dependents(this, listener);
    this.unflushed = new Unflushed(loaded.legacy());
    this.validity = new Validity(store, loaded.legacy(), origin.beneath(), dependents);
    this.space = new CowSpace(this, store, listener);
    this.copyOut = new CopyOutTarget(this, exceptions, space);
    this.reader = new SnapshotReader(this);
    this.discard = new SnapshotDiscard(this, features);
    this.writer = new SnapshotWriter(this, space, () -> validity.overflow(this, listener));
  }

  /**
   * Opens the snapshot of {@code origin} on {@code cow}, initialising a fresh COW device.
   *
   * @param chunkSectors as in the table line; 0 takes the header's, or 32
   * @throws ErrnoException if the COW device cannot be loaded, saying why
   */
  public static Snapshot open(
      Origin origin,
      CowFile cow,
      ExceptionStoreType type,
      int chunkSectors,
      Set<Feature> features,
      SnapshotListener listener)
      throws IOException {
    SnapshotDiscard.check(features);
    LoadedStore loaded = LoadedStore.open(cow, type, chunkSectors, origin.image().size());
    return new Snapshot(origin, cow.device(), loaded, listener, features);
  }

  @Override
  public String type() {
    return "snapshot";
  }

  @Override
  public String status() {
    if (!validity.valid()) {
      return "Invalid";
    }
    return validity.overflowed() ? "Overflow" : store.usage().toString();
  }

  @Override
  public long size() {
    return origin.image().size();
  }

  /** The exception store on the COW device. */
  public ExceptionStore store() {
    return store;
  }

  /** The COW device. */
  public BlockDevice cow() {
    return cow;
  }

  /** Whether it can be used: not Invalid. */
  public boolean valid() {
    return validity.valid();
  }

  /** What was odd when it was loaded, a line each: it was loaded all the same. */
  public List<String> notes() {
    return loaded.notes();
  }

  /** It as the origin of snapshots that are taken of it: the same whenever asked. */
  public Origin asOrigin() {
    return dependents.origin();
  }

  /** What it reads through. */
  Origin origin() {
    return origin;
  }

  /**
   * Has it read through another origin, where it finds the same; the gate is held, and nothing that
   * {@code other} has been written waits in memory. What reads through it notices nothing.
   */
  public void moveTo(Origin other) {
    dependents.betweenDrains(() -> origin = other);
  }

  /** What reads through it. */
  public Dependents dependents() {
    return dependents;
  }

  /** Makes it Invalid, durably, and all that read through it. */
  public void invalidate(String reason) throws IOException {
    validity.invalidate(this, reason, listener);
  }

  /** Makes it Invalid, durably, for what has failed. */
  void invalidate(String reason, IOException failure) throws IOException {
    invalidate(reason + ": " + failure.getMessage());
  }

  /** What it leaves to a successor. */
  public Legacy legacy() {
    return loaded.legacy();
  }

  ChunkSize chunkSize() {
    return store.chunkSize();
  }

  /** What the origin's writes see of it. */
  CopyOutTarget copyOut() {
    return copyOut;
  }

  ExceptionMap exceptions() {
    return exceptions;
  }

  /** Returns once it is durable that it is Invalid; it is. */
  public void ensureInvalidRecorded() throws IOException {
    validity.ensureRecorded(this, listener);
  }

  @Override
  public Extents extents() {
    return extents;
  }

  @Override
  public void read(long position, NativeBuffer buffer, int length) throws IOException {
    checkValid();
    reader.read(position, buffer, length);
    checkValid(); // else the image may have been overwritten before we read it
  }

  @Override
  public void write(long position, NativeBuffer buffer, int length) throws IOException {
    checkWritable();
    writer.write(position, buffer, length);
    written();
  }

  /**
   * Gives each chunk of a range that has no exception one that shows the same, so that what is
   * written there later takes no room any more.
   */
  void own(long position, long length) throws IOException {
    checkWritable();
    writer.own(position, length);
  }

  /**
   * Writes what all that read through it can do without. Of one that became Invalid meanwhile it is
   * lost, which {@link #flush} tells.
   */
  void writeReal(long position, NativeBuffer buffer, int length) throws IOException {
    if (!validity.valid()) {
      unflushed.written();
      return;
    }
    writer.write(position, buffer, length);
    written();
  }

  private void written() throws IOException {
    checkValid();
    unflushed.written();
    if (writer.unsynced() > UNSYNCED_LIMIT) {
      flush();
    }
  }

  /** An Invalid snapshot answers EIO if writes to it were acknowledged and not yet flushed. */
  @Override
  public void flush() throws IOException {
    if (!validity.valid()) {
      if (unflushed.any()) {
        throw Validity.invalid();
      }
      return;
    }
    unflushed.begin();
    writer.syncing();
    origin.stalls().stalling();
    try {
      store.flush();
    } catch (IOException e) {
      unflushed.failed();
      space.failed(e);
      throw e;
    } finally {
      unflushed.end();
      origin.stalls().resumed();
    }
  }

  @Override
  public void discard(long position, long length) throws IOException {
    checkWritable();
    discard.discard(position, length);
  }

  /** As {@link #discard}, but changes nothing; whether it would be refused. */
  void checkDiscard(long position, long length) throws IOException {
    checkWritable();
    discard.check(position, length);
  }

  @Override
  public void admitZero(long position, long length) throws IOException {
    checkWritable();
    writer.admitZero(position, length);
  }

  @Override
  public void zero(long position, long length) throws IOException {
    admitZero(position, length);
    writer.zero(position, length);
    written();
  }

  void checkWritable() throws IOException {
    checkValid();
    if (validity.overflowed()) {
      throw new ErrnoException(
          Errno.EIO,
          "the snapshot overflowed and can only be read; mount the pool again and extend it");
    }
  }

  void checkValid() throws IOException {
    if (!validity.valid()) {
      throw Validity.invalid();
    }
  }
}
