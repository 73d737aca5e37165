package org.dmsnap.cli.terminal;

import java.io.IOException;
import java.io.PrintWriter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** How what a command looks at is printed: the options that such commands share. */
public final class Screen {

  private static final long SECOND_MILLIS = 1000;

  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec;

  @Option(
      names = "--color",
      paramLabel = "WHEN",
      defaultValue = "auto",
      description = "auto (on a terminal, unless NO_COLOR is set), always or never.")
  private String color;

  @Option(
      names = "--watch",
      description =
          "Go on until Ctrl-C: draw it again each second on a terminal, else print it on each"
              + " change.")
  private boolean watch;

  /** Prints {@code page}, once or for as long as it is watched. */
  public int show(Watch.Page page) throws IOException {
    return print(page, Watch::show);
  }

  /** Prints {@code page}, whose lines come one by one, and if it is watched those that follow. */
  public int follow(Watch.Page page) throws IOException {
    return print(page, Watch::follow);
  }

  /** How a text is watched. */
  private interface Way {
    void watch(Watch watch, Watch.Text text) throws IOException;
  }

  private int print(Watch.Page page, Way way) throws IOException {
    PrintWriter out = spec.commandLine().getOut();
    boolean tty = Terminal.isTerminal(StandardOutput.link());
    Palette palette = palette(tty);
    if (watch) {
      way.watch(new Watch(out, tty, SECOND_MILLIS), () -> page.render(palette));
    } else {
      out.print(page.render(palette));
      out.flush();
    }
    return 0;
  }

  private Palette palette(boolean tty) {
    try {
      return Palette.of(color, tty, System.getenv());
    } catch (IllegalArgumentException wrong) {
      throw new ParameterException(spec.commandLine(), wrong.getMessage(), wrong);
    }
  }
}
