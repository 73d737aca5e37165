package org.dmsnap.fuse;

import java.io.IOException;
import java.util.Deque;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import jnr.constants.platform.Errno;
import org.dmsnap.block.ErrnoException;
import org.dmsnap.block.LastErrno;
import org.dmsnap.engine.StallListener;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The requests that the kernel sends for a mount: what moves data is answered by {@link
 * DataRequests}, everything else by {@link TreeRequests}.
 *
 * <p>A thread that serves can stop between two requests, and receives each into memory of its own:
 * it need not wait for another.
 */
final class FuseRequests implements Requests, AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger("dmsnap");

  /** What a request may have, its header and a page's rest included. */
  private static final int CAPACITY = Negotiation.MAX_BYTES + 0x1000;

  private static final long NONE = 0; // no request has this number

  private static final int GONE = 0;
  private static final int FAILED = -1;
  private static final int NO_LONGER_WANTED = 1;
  private static final int INTERRUPTED = 2; // too few bytes for a request

  private final int device;
  private final TreeRequests tree;
  private final StallListener stalls;
  private final Interrupts interrupts = new Interrupts();
  private final Turns turns = new Turns();
  private final GivenUp givenUp;
  private final ExecutorService pageWaiters;
  private final AtomicInteger again = new AtomicInteger();
  private volatile boolean answered;
  private volatile Runnable whenAnswered = () -> {};

  /** Of threads that have left: they come and go, and their memory is not the heap's. */
  private final Deque<Exchange> exchanges = new ConcurrentLinkedDeque<>();

  /**
   * @param device the descriptor of {@code /dev/fuse}
   * @param stalls told when a thread must wait
   */
  FuseRequests(int device, TreeRequests tree, StallListener stalls) {
    this.device = device;
    this.tree = tree;
    this.stalls = stalls;
    givenUp = new GivenUp(device);
    pageWaiters = PageWaiter.pool(device);
  }

  @Override
  public int serveWhile(BooleanSupplier wanted) {
    Exchange exchange = exchange();
    RequestMemory memory = exchange.request();
    DataRequests data = new DataRequests(tree.handles(), interrupts, givenUp, exchange);
    Interrupts.Serving serving = interrupts.enter();
    Turns.Turn turn = turns.enter();
    try {
      while (wanted.getAsBoolean()) {
        int received = receive(memory);
        if (received <= 0) {
          return received;
        }
        if (received > INTERRUPTED) {
          turns.begin(turn);
          serve(exchange, data, received, serving);
          turns.end(turn);
        }
      }
      return NO_LONGER_WANTED;
    } finally {
      turns.leave(turn);
      interrupts.leave(serving);
      exchanges.push(exchange);
    }
  }

  private Exchange exchange() {
    Exchange idle = exchanges.poll();
    if (idle != null) {
      return idle;
    }
    Exchange made = Exchange.over(device, CAPACITY, stalls, pageWaiters);
    if (tree.leaves()) {
      made.request().hold();
    }
    return made;
  }

  private void serve(
      Exchange exchange, DataRequests data, int received, Interrupts.Serving serving) {
    RequestMemory memory = exchange.request();
    if (memory.unique() < 0) {
      again.incrementAndGet();
    }
    if (!data.serve(received)) {
      serving.begin(memory.unique());
      answer(memory, exchange.answer());
      serving.begin(NONE); // an interrupt that comes late is not the next one's
    }
    if (!answered) {
      answered = true;
      whenAnswered.run();
    }
  }

  /** Has {@code action} run once the first request has been answered, or twice. */
  void whenAnswered(Runnable action) {
    whenAnswered = action;
    if (answered) {
      action.run();
    }
  }

  /**
   * Agrees with the kernel, of whom nobody has asked anything before; who asks something from then
   * on is answered.
   *
   * @return whether this kernel sends again what a server has left unanswered
   * @throws ErrnoException EPROTO if kernel and server do not understand each other, EIO if it was
   *     unmounted before
   */
  boolean begin() throws IOException {
    Exchange exchange = exchange();
    RequestMemory memory = exchange.request();
    int received = INTERRUPTED;
    while (received == INTERRUPTED) {
      received = receive(memory);
    }
    if (received <= 0 || memory.opcode() != Opcode.INIT) {
      throw new ErrnoException(Errno.EIO, "it was unmounted before it answered anybody");
    }
    int result = tree.serve(memory);
    Answer answer = exchange.answer();
    if (!answer.send(memory.unique(), Math.min(result, 0), Math.max(result, 0)) || result < 0) {
      throw new ErrnoException(Errno.EPROTO, "the kernel refused what its FUSE was answered");
    }
    exchanges.push(exchange);
    return Resend.ask(device); // nothing is under way now
  }

  /** Has everything sent again that another server has left unanswered; before any request. */
  void comeAgain() {
    Resend.ask(device);
  }

  /** How many requests have come again. */
  int again() {
    return again.get();
  }

  /** Who can hold all requests. */
  Turns turns() {
    return turns;
  }

  /** How many bytes came, {@link #INTERRUPTED}, {@link #GONE} with the mount, or less. */
  private int receive(RequestMemory memory) {
    long received = MountCalls.INSTANCE.read(device, memory.address(), memory.capacity());
    if (received >= 0) {
      return (int) received;
    }
    Errno errno = LastErrno.get();
    return switch (errno) {
      case ENODEV -> GONE;
      case EINTR, EAGAIN, ENOENT -> INTERRUPTED; // the last: its caller let it go meanwhile
      default -> {
        LOG.error("/dev/fuse cannot be read: {}", errno.description());
        yield FAILED;
      }
    };
  }

  private void answer(RequestMemory memory, Answer answer) {
    long unique = memory.unique();
    givenUp.begins(unique);
    try {
      int result = tree.serve(memory);
      if (result != TreeRequests.NO_ANSWER) {
        sent(memory, result, answer.send(unique, Math.min(result, 0), Math.max(result, 0)));
      }
    } finally {
      givenUp.ended(unique);
    }
  }

  private void sent(RequestMemory memory, int result, boolean taken) {
    if (!taken && result > 0) {
      tree.unwanted(memory, memory.opcode());
    }
  }

  /** Frees what was needed to serve; after the last request. */
  @Override
  public void close() {
    pageWaiters.shutdown();
  }
}
