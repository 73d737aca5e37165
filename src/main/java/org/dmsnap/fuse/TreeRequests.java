package org.dmsnap.fuse;

import java.io.IOException;
import java.util.Objects;
import java.util.Set;
import jnr.constants.platform.Errno;
import org.dmsnap.block.ChangeTime;
import org.dmsnap.engine.StallListener;
import org.dmsnap.pool.Pool;
import org.jspecify.annotations.Nullable;

/**
 * The mounted tree as the kernel asks for it: every request that moves no data. A kind of request
 * that is not here is not known: the kernel then does without, or by itself (flush, access, locks,
 * extended attributes, on purpose).
 *
 * <p>No request depends on what this process has been told before, so that another server can go on
 * in its place: nodes are found by their numbers, nothing is counted that the kernel forgets.
 */
final class TreeRequests {

  /** What {@link #serve} answers of what wants no answer. */
  static final int NO_ANSWER = Integer.MIN_VALUE;

  /** What whoever is let in by nobody may do with what was opened for it. */
  private static final Set<Integer> ON_OPEN_FILES =
      Set.of(
          Opcode.INIT,
          Opcode.READ,
          Opcode.WRITE,
          Opcode.FSYNC,
          Opcode.RELEASE,
          Opcode.READDIR,
          Opcode.FSYNCDIR,
          Opcode.RELEASEDIR,
          Opcode.FORGET,
          Opcode.BATCH_FORGET,
          Opcode.NOTIFY_REPLY);

  private static final int EVERYONE = -1;

  private final @Nullable Session session;
  private final Negotiation agreed = new Negotiation();
  private final HandleTable handles;
  private final Tree tree;
  private final OpenFiles files;
  private final Nodes nodes;
  private final NameRequests names;
  private final OpenRequests opens;
  private int onlyFor = EVERYONE; // before the first request

  /**
   * @param session where to leave to a successor what it needs; null if there is to be none
   */
  TreeRequests(Pool pool, StallListener stalls, MountOptions options, @Nullable Session session) {
    @Nullable Session left = session != null && session.inherited() ? session : null;
    this.session = session;
    handles = new HandleTable(session);
    tree = new Tree(pool, left == null ? ChangeTime.now() : left.mountedNanos());
    files = new OpenFiles(pool, stalls, left != null);
    nodes = new Nodes(tree);
    names = new NameRequests(pool, nodes, new Attributes(options), handles);
    opens = new OpenRequests(nodes, files, handles, agreed);
  }

  /** Goes on where the server before has ended; before any request. */
  void resume() throws IOException {
    Session left = Objects.requireNonNull(session);
    agreed.resume(left.parallel());
    onlyFor = left.onlyFor();
    new LeftOpen(left, tree, files, handles).open();
  }

  /** The open files. */
  HandleTable handles() {
    return handles;
  }

  /** Whether something is left to a successor. */
  boolean leaves() {
    return session != null;
  }

  /** Lets in root and the user {@code uid} alone: the kernel, asked for this, lets in everyone. */
  void onlyFor(int uid) {
    onlyFor = uid;
  }

  /**
   * Serves a request and puts its answer at its {@link RequestMemory#bytes}.
   *
   * @return how many bytes that has; the errno, negative, if it failed; or {@link #NO_ANSWER}
   */
  int serve(RequestMemory request) {
    try {
      return mayCome(request) ? answer(request) : -Errno.EACCES.intValue();
    } catch (Throwable failure) {
      return Errors.toErrno("request " + request.opcode(), failure);
    }
  }

  private boolean mayCome(RequestMemory request) {
    int user = request.user();
    return onlyFor == EVERYONE
        || user == onlyFor
        || user == 0
        || ON_OPEN_FILES.contains(request.opcode());
  }

  private int answer(RequestMemory request) throws IOException {
    return switch (request.opcode()) {
      case Opcode.LOOKUP -> names.lookup(request);
      case Opcode.GETATTR -> names.getattr(request);
      case Opcode.SETATTR -> names.setattr(request);
      case Opcode.STATFS -> names.statfs(request);
      case Opcode.OPEN -> opens.open(request);
      case Opcode.OPENDIR -> opens.opendir(request);
      case Opcode.READDIR -> opens.readdir(request);
      case Opcode.RELEASE, Opcode.RELEASEDIR -> opens.release(request);
      case Opcode.FSYNC -> opens.fsync(request);
      case Opcode.FALLOCATE -> opens.fallocate(request);
      case Opcode.FSYNCDIR, Opcode.DESTROY -> 0;
      case Opcode.FORGET -> forget(request);
      case Opcode.BATCH_FORGET, Opcode.NOTIFY_REPLY -> NO_ANSWER;
      case Opcode.INIT -> init(request);
      case Opcode.SYMLINK,
          Opcode.MKNOD,
          Opcode.MKDIR,
          Opcode.UNLINK,
          Opcode.RMDIR,
          Opcode.RENAME,
          Opcode.LINK,
          Opcode.CREATE ->
          throw NameRequests.refused();
      case Opcode.IOCTL -> -Errno.ENOTTY.intValue();
      default -> -Errno.ENOSYS.intValue();
    };
  }

  private int forget(RequestMemory request) {
    nodes.forget(request.node());
    return NO_ANSWER;
  }

  private int init(RequestMemory request) {
    boolean understood = agreed.answer(request, request.bytes());
    if (session != null) {
      session.agreed(agreed.parallel(), onlyFor, tree.mountedNanos());
    }
    return understood ? Negotiation.ANSWER_BYTES : -Errno.EPROTO.intValue();
  }

  /** The answer was not wanted any more. */
  void unwanted(RequestMemory request, int opcode) {
    if (opcode == Opcode.OPEN || opcode == Opcode.OPENDIR) {
      opens.unwanted(request);
    }
  }
}
