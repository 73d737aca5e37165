package org.dmsnap.pool.change;

import java.io.IOException;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.LongUnaryOperator;
import jnr.constants.platform.Errno;
import org.dmsnap.block.ChangeTime;
import org.dmsnap.block.DatedDevice;
import org.dmsnap.block.ErrnoException;
import org.dmsnap.block.Sectors;
import org.dmsnap.engine.Snapshot;
import org.dmsnap.pool.state.PoolState;
import org.dmsnap.pool.table.Identity;
import org.dmsnap.pool.table.PoolFiles;
import org.dmsnap.pool.table.SnapshotEntry;
import org.dmsnap.pool.volume.LayeredVolume;
import org.dmsnap.pool.volume.Moment;
import org.dmsnap.pool.volume.SnapshotVolume;
import org.dmsnap.store.CowFile;
import org.dmsnap.store.ExceptionStore;
import org.dmsnap.store.ExceptionStoreType;
import org.dmsnap.stream.DiffHeader;
import org.dmsnap.stream.Trailer;
import org.jspecify.annotations.Nullable;

/**
 * A difference, which becomes a snapshot of what it is a difference from: its exceptions are what
 * comes. Nothing is copied out for it until it is listed, so what it is of must not change before:
 * that is looked at with all requests held.
 */
final class ArrivingSnapshot implements Arrival {

  private static final String TYPE = "P";
  private static final int CHUNK_SECTORS = 16;

  private final PoolState state;
  private final ReceptionRequest request;
  private final DiffHeader header;
  private final DatedDevice cow;
  private final Written written;
  private final Gaps gaps;
  private final ExceptionStore store;
  private final IncomingChunks chunks;
  private @Nullable LayeredVolume base;
  private @Nullable SnapshotVolume volume;
  private long looked; // when the base had last changed

  ArrivingSnapshot(PoolState state, ReceptionRequest request, DiffHeader header)
      throws IOException {
    this.state = state;
    this.request = request;
    this.header = header;
    Bases.checkSize(state, header);
    cow = state.createFreshCow(file(), cowBytes());
    written = new Written(state, cow, request.verify());
    gaps = new Gaps(state);
    try {
      store =
          ExceptionStoreType.of(TYPE)
              .open(CowFile.alone(cow), CHUNK_SECTORS, header.bytes(), (old, fresh) -> {});
    } catch (IOException | RuntimeException failure) {
      state.undoFresh(file(), cow, failure);
      throw failure;
    }
    chunks = new IncomingChunks(store, written, gaps, header.bytes());
  }

  private long cowBytes() {
    long useful = CowSize.useful(Sectors.in(header.bytes()), CHUNK_SECTORS);
    LongUnaryOperator room = request.room();
    if (room == null) {
      return Sectors.toBytes(useful);
    }
    long bytes = room.applyAsLong(header.bytes());
    long least = Sectors.toBytes((long) CowSize.MIN_CHUNKS * CHUNK_SECTORS);
    if (bytes < least) {
      throw new IllegalArgumentException(
          "Snapshot volume cannot be smaller than 3 chunks (" + least + " bytes)");
    }
    return Creation.cut(state, request.name(), bytes, useful);
  }

  @Override
  public String file() {
    return PoolFiles.cow(request.name());
  }

  @Override
  public DatedDevice device() {
    return cow;
  }

  @Override
  public void data(long position, byte[] bytes, int offset, int length) throws IOException {
    chunks.data(position, bytes, offset, length);
  }

  @Override
  public void zeroes(long position, long length) throws IOException {
    chunks.zeroes(position, length);
  }

  @Override
  public void find(Trailer trailer) throws IOException {
    LayeredVolume found = new Bases(state, request, header).find(trailer);
    looked = found.changedNanos();
    base = found;
  }

  @Override
  public void complete() throws IOException {
    chunks.end();
    store.flush();
    written.verify();
    gaps.fill(Objects.requireNonNull(base), cow);
    cow.sync();
  }

  @Override
  public void list(Trailer trailer) throws IOException {
    LayeredVolume origin = Objects.requireNonNull(base);
    if (new Bases(state, request, header).find(trailer) != origin) {
      throw changed(origin);
    }
    SnapshotVolume made = volume(origin);
    volume = made;
    Identity identity = Identity.fresh().reads(Identity.contentOr(trailer.to()));
    Names.of(state, made).become(identity);
    made.freshness().keptBy(state.legacies().of(cow));
    made.cowOpened(cow);
    made.loaded(open(made));
    state.directory().sync();
    Moment.of(List.of(origin), () -> listInside(made, trailer));
    state.nameListed(file(), made);
    state.volumes().publish();
    tell(origin, trailer);
  }

  private void tell(LayeredVolume origin, Trailer trailer) {
    if (trailer.from().isEmpty() || request.byName()) {
      state
          .log()
          .warning(
              request.name()
                  + " is a snapshot of "
                  + origin.name()
                  + " by its name alone: nothing says that this is what the stream is a difference"
                  + " from");
    }
  }

  private void listInside(SnapshotVolume made, Trailer trailer) throws IOException {
    LayeredVolume origin = made.origin();
    boolean same = new Bases(state, request, header).find(trailer) == origin;
    if (!same || origin.changedNanos() != looked) {
      throw changed(origin);
    }
    new Taking(state).list(List.of(made));
    Taking.attach(made);
  }

  private ErrnoException changed(LayeredVolume origin) {
    return new ErrnoException(
        Errno.ESTALE,
        origin.name()
            + " was written to while the stream came: "
            + request.name()
            + " cannot be received as a snapshot of it");
  }

  private SnapshotVolume volume(LayeredVolume origin) {
    SnapshotEntry entry =
        new SnapshotEntry(
            origin.name(), origin.sectors(), TYPE, CHUNK_SECTORS, Set.of(), Sectors.in(cow.size()));
    String fresh = PoolFiles.fresh(file());
    return new SnapshotVolume(request.name(), origin, entry, fresh, new ChangeTime());
  }

  private Snapshot open(SnapshotVolume made) throws IOException {
    return Snapshot.open(
        made.origin().asOrigin(),
        state.legacies().file(cow),
        ExceptionStoreType.of(TYPE),
        CHUNK_SECTORS,
        Set.of(),
        new SnapshotWatch(state, made));
  }

  /** It is if its table line may be there, and it could not be made Invalid. */
  @Override
  public boolean shown() {
    return volume != null && volume.origin().snapshots().contains(volume);
  }

  @Override
  public void close() throws IOException {
    gaps.close();
    written.close();
  }
}
