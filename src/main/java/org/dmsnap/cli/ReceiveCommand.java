package org.dmsnap.cli;

import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.dmsnap.cli.mounted.ControlStream;
import org.dmsnap.cli.mounted.MountedPool;
import org.dmsnap.cli.terminal.ErrorLine;
import org.dmsnap.cli.terminal.Terminal;
import org.dmsnap.cli.terminal.Working;
import org.dmsnap.kernel.OpenFile;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Makes a volume of a stream from standard input. */
@Command(
    name = "receive",
    description = "Makes the volume NAME of a stream from standard input.",
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "A whole volume becomes an origin, an increment a snapshot of what it is a",
      "difference from. That is found by what it reads as, whatever it is called here,",
      "if the stream is dmsnap's; else by its name, and a line says so. NAME is there",
      "at once and whole, or not at all.",
      "",
      "Examples:",
      "  dmsnap send /mnt/vg monday | ssh there dmsnap receive /mnt/vg monday",
      "  dmsnap receive --verify /mnt/vg tuesday <tuesday.diff",
      "  rbd export-diff pool/image@monday - | dmsnap receive /mnt/vg monday"
    })
final class ReceiveCommand implements Callable<Integer>, Unanswered {

  private static final int PIECE = 1 << 20;

  @Spec private CommandSpec spec;

  @Option(
      names = "--by-name",
      description =
          "Take what bears the name for what the increment is a difference from, though it was"
              + " written to since, or nothing says that it is that.")
  private boolean byName;

  @Option(
      names = "--verify",
      description = "Read what was written again, and compare it with what came.")
  private boolean verify;

  @Parameters(index = "0", paramLabel = "MOUNTPOINT", description = "Where the pool is mounted.")
  private Path mountpoint;

  @Parameters(index = "1", paramLabel = "NAME", description = "The volume that is made.")
  private String name;

  @Parameters(
      index = "2",
      arity = "0..1",
      paramLabel = "COWSIZE",
      description = "Room for changes in a snapshot: all there can be if left out.")
  private @Nullable String cowSize;

  @Override
  public String consequence() {
    return "; " + name + " may be there still, once it goes on";
  }

  @Override
  public Integer call() throws IOException {
    if (Terminal.isTerminal(OpenFile.STANDARD_INPUT)) {
      throw new ParameterException(
          spec.commandLine(), "a stream is not read from a terminal: have dmsnap send write it");
    }
    MountedPool pool = new MountedPool(mountpoint);
    try (ControlStream stream = pool.stream("receive", line())) {
      List<String> warnings =
          Working.during(
              "receiving " + name,
              spec.commandLine().getErr(),
              () -> Working.UNKNOWN,
              () -> copy(stream));
      warnings.forEach(warning -> ErrorLine.print(spec.commandLine(), warning));
    }
    return 0;
  }

  private String line() {
    for (String word : new String[] {name, cowSize == null ? "-" : cowSize}) {
      if (word.isEmpty() || word.chars().anyMatch(Character::isWhitespace)) {
        throw new ParameterException(spec.commandLine(), "not one word: \"" + word + "\"");
      }
    }
    return name
        + (cowSize == null ? "" : " " + cowSize)
        + (byName ? " by-name" : "")
        + (verify ? " verify" : "");
  }

  private static List<String> copy(ControlStream stream) throws IOException {
    ByteBuffer piece = ByteBuffer.allocateDirect(PIECE);
    ReadableByteChannel in = new FileInputStream(FileDescriptor.in).getChannel();
    for (boolean more = true; more; piece.clear()) {
      more = fill(piece, in);
      stream.write(piece.flip());
    }
    return stream.finish();
  }

  /** Whether there is more to come. */
  private static boolean fill(ByteBuffer piece, ReadableByteChannel in) throws IOException {
    while (piece.hasRemaining()) {
      if (in.read(piece) < 0) {
        return false;
      }
    }
    return true;
  }
}
