package org.dmsnap.fuse;

import java.io.IOException;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import jnr.constants.platform.Errno;
import jnr.ffi.Memory;
import jnr.ffi.NativeType;
import jnr.ffi.Pointer;
import org.dmsnap.block.ErrnoException;
import org.dmsnap.engine.StallListener;

/**
 * The requests that the kernel sends for a mount. What moves data is answered here ({@link
 * DataRequests}), everything else by libfuse, which calls back.
 *
 * <p>A loop of libfuse's own would do the same with two differences: it never says when it holds no
 * request, so that no thread could leave; and it would call back for reads and writes too, and the
 * way from native code into Java costs several times that of the way out.
 */
final class FuseRequests implements Requests, AutoCloseable {

  /** What a request may have, its header and a page's rest included. */
  private static final int CAPACITY = NewerFlags.MAX_BYTES + 0x1000;

  private static final long NONE = 0; // no request has this number

  private static final int NO_LONGER_WANTED = 1;
  private static final int INTERRUPTED = -Errno.EINTR.intValue();

  private final LibFuse libFuse;
  private final HandleTable handles;
  private final StallListener stalls;
  private final Interrupts interrupts = new Interrupts();
  private final Pointer session;
  private final Pointer channel;
  private final int device;
  private final GivenUp givenUp;
  private final CompletableFuture<Boolean> begun = new CompletableFuture<>();
  private final NewerFlags newerFlags;
  private final ExecutorService pageWaiters;

  /** Of threads that have left: they come and go, and their memory is not the heap's. */
  private final Deque<Exchange> exchanges = new ConcurrentLinkedDeque<>();

  /** As many as libfuse processed requests at one time, a held sync for each perhaps. */
  private final Deque<AnswerChannel> answers = new ConcurrentLinkedDeque<>();

  /**
   * @param fuse as got from {@link LibFuse#fuse_setup}
   * @param handles what is open
   * @param stalls told when a thread must wait
   */
  FuseRequests(LibFuse libFuse, Pointer fuse, HandleTable handles, StallListener stalls) {
    this.libFuse = libFuse;
    this.stalls = stalls;
    this.handles = handles;
    session = libFuse.fuse_get_session(fuse);
    channel = libFuse.fuse_session_next_chan(session, null);
    device = libFuse.fuse_chan_fd(channel);
    givenUp = new GivenUp(device);
    pageWaiters = PageWaiter.pool(device);
    newerFlags = new NewerFlags(handles);
  }

  @Override
  public int serveWhile(BooleanSupplier wanted) {
    Exchange idle = exchanges.poll();
    Exchange exchange = idle == null ? Exchange.over(device, CAPACITY, stalls, pageWaiters) : idle;
    RequestMemory memory = exchange.request();
    DataRequests data = new DataRequests(handles, interrupts, givenUp, exchange);
    Pointer from = Memory.allocateDirect(session.getRuntime(), NativeType.ADDRESS);
    Interrupts.Serving serving = interrupts.enter();
    try {
      while (wanted.getAsBoolean()) {
        int received = receive(memory, from);
        if (received <= 0 && received != INTERRUPTED) {
          return received;
        }
        if (received > 0 && !data.serve(received)) {
          serving.begin(memory.unique());
          haveAnswered(memory, received, exchange.answer());
          serving.begin(NONE); // an interrupt that comes late is not the next one's
        }
      }
      return NO_LONGER_WANTED;
    } finally {
      interrupts.leave(serving);
      exchanges.push(exchange);
    }
  }

  /**
   * Waits at most so long until kernel and libfuse have agreed: who asks something from then on is
   * answered.
   *
   * @return whether they have
   * @throws ErrnoException EPROTO if the kernel did not take the answer to its first request
   */
  boolean awaitBegin(long millis) throws IOException, InterruptedException {
    try {
      if (begun.get(millis, TimeUnit.MILLISECONDS)) {
        return true;
      }
      throw new ErrnoException(Errno.EPROTO, "the kernel refused what its FUSE was answered");
    } catch (TimeoutException notYet) {
      return false;
    } catch (ExecutionException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  /** Answers what {@link LibFuse#fuse_chan_recv} does. */
  private int receive(RequestMemory memory, Pointer from) {
    from.putPointer(0, channel);
    return libFuse.fuse_chan_recv(from.address(), memory.address(), memory.capacity());
  }

  private void haveAnswered(RequestMemory memory, int received, Answer answer) {
    long unique = memory.unique();
    givenUp.begins(unique);
    try {
      byLibFuse(memory, received);
    } catch (Throwable failure) {
      answer.send(unique, Errors.toErrno("request " + memory.opcode(), failure), 0);
    } finally {
      givenUp.ended(unique);
    }
  }

  private void byLibFuse(RequestMemory memory, int received) throws IOException {
    AnswerChannel idle = answers.poll();
    AnswerChannel its = idle == null ? AnswerChannel.open(libFuse, memory.capacity()) : idle;
    try {
      its.process(session, memory, received);
      int length = newerFlags.addTo(its.answer(), its.length(), memory);
      boolean sent = length > 0 && Answer.send(device, its.answer(), length);
      if (memory.opcode() == NewerFlags.INIT) {
        begun.complete(sent);
      }
      int back = sent ? 0 : Unwanted.takeBack(memory, its.answer(), length);
      if (back > 0) {
        its.process(session, memory, back);
      }
    } finally {
      answers.push(its);
    }
  }

  /** Frees what was needed to serve; after the last request. */
  @Override
  public void close() {
    answers.forEach(AnswerChannel::close);
    answers.clear();
    pageWaiters.shutdown();
  }
}
