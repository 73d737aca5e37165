package org.dmsnap.cli.mount;

import java.io.IOException;
import java.util.function.Consumer;
import org.dmsnap.block.LastErrno;
import org.dmsnap.block.LibC;
import org.dmsnap.block.NativeBuffer;
import org.dmsnap.cli.succession.ServiceSocket;
import org.dmsnap.cli.terminal.Journal;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who started this process and waits to hear that the mount answers: a shell with a pipe, in the
 * background, systemd with a socket, or nobody.
 */
public final class Launcher {

  /** The property that bears the number of the pipe's descriptor. */
  static final String READY_FD = "dmsnap.readyFd";

  private static final Logger LOG = LoggerFactory.getLogger("dmsnap");
  private static final int NOBODY = -1;

  // include/uapi/asm-generic/fcntl.h, include/uapi/linux/fcntl.h
  private static final int READ_AND_WRITE = 2;
  private static final int CURRENT_DIRECTORY = -100;

  private final int pipe;
  private volatile boolean alone;

  private Launcher(int pipe) {
    this.pipe = pipe;
  }

  /** The launcher that this process was told of, if any. */
  public static Launcher ofThisProcess() {
    return new Launcher(Integer.getInteger(READY_FD, NOBODY));
  }

  /** The one of a process that goes on with a mount: nobody waits. */
  public static Launcher ofNobody(boolean foreground) {
    Launcher nobody = new Launcher(NOBODY);
    nobody.alone = !foreground && !Journal.isStandardError();
    return nobody;
  }

  /**
   * Tells that the mount answers and lets go of the terminal and the working directory, unless that
   * is asked to stay.
   */
  public void ready(boolean foreground) throws IOException {
    ServiceSocket.ofThisProcess().say(ServiceSocket.READY);
    if (pipe == NOBODY) {
      return;
    }
    if (!foreground) {
      leaveDirectory(); // before anybody goes on who may want to unmount it
    }
    NativeBuffer word = NativeBuffer.copyOf(new byte[] {'0', '\n'});
    if (LibC.INSTANCE.write(pipe, word.address(), word.remaining()) < 0) {
      throw LastErrno.failure("tell the launcher that the mount answers");
    }
    LibC.INSTANCE.close(pipe);
    if (!foreground) {
      leaveTerminal();
    }
  }

  /** Where to say what goes wrong: {@code terminal}, or the system's log once that is left. */
  public Consumer<String> or(Consumer<String> terminal) {
    return text -> {
      if (alone) {
        writeToSystemLog(text);
      } else {
        terminal.accept(text);
      }
    };
  }

  private static void writeToSystemLog(String text) {
    try {
      new ProcessBuilder("logger", "-t", "dmsnap", "-p", "daemon.err", "--", text)
          .start()
          .waitFor();
    } catch (IOException e) {
      LOG.error("{}", text, e); // there is no logger(1)
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      LOG.error("{}", text, e);
    }
  }

  /** Or the file system that it is on could not be unmounted; every path is absolute by now. */
  private static void leaveDirectory() throws IOException {
    if (LibC.INSTANCE.chdir("/") != 0) {
      throw LastErrno.failure("go to /");
    }
  }

  /**
   * Standard error is kept if it is the journal's: there is none of a terminal's user to bother.
   */
  private void leaveTerminal() throws IOException {
    int nothing = LibC.INSTANCE.openat(CURRENT_DIRECTORY, "/dev/null", READ_AND_WRITE, 0);
    if (nothing < 0) {
      throw LastErrno.failure("open /dev/null");
    }
    alone = !Journal.isStandardError();
    for (int standard = 0; standard <= (alone ? 2 : 1); standard++) {
      LibC.INSTANCE.dup2(nothing, standard);
    }
    LibC.INSTANCE.close(nothing);
  }
}
