package org.dmsnap.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import jnr.constants.platform.Errno;
import org.dmsnap.block.ErrnoException;
import org.dmsnap.cli.doctor.Diagnosis;
import org.dmsnap.cli.doctor.Diagnosis.Findings;
import org.dmsnap.cli.doctor.MachineDoctor;
import org.dmsnap.cli.doctor.PoolDoctor;
import org.dmsnap.cli.doctor.SleepDoctor;
import org.dmsnap.cli.terminal.Json;
import org.dmsnap.cli.terminal.Palette;
import org.dmsnap.cli.terminal.Screen;
import org.dmsnap.kernel.FileName;
import org.dmsnap.kernel.Mount;
import org.dmsnap.kernel.MountTable;
import org.dmsnap.kernel.UnaskedPath;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Looks at this machine and a pool, and says what to do. */
@Command(
    name = "doctor",
    description = "Looks at this machine and at a pool or a mount, and says what to do.",
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "Exit code 0: no problem; notes may be there. 1: problems.",
      "",
      "Examples:",
      "  dmsnap doctor            can this machine mount pools?",
      "  dmsnap doctor vg         and is this pool in order, who holds it?",
      "  dmsnap doctor /mnt/vg    and what of this mount: snapshots, open volumes?"
    })
final class DoctorCommand implements Callable<Integer>, Unanswered {

  private static final int INDENT = 9;

  @Spec private CommandSpec spec;

  @Mixin private Screen screen;

  @Option(names = "--json", description = "Print JSON, see docs/JSON.md.")
  private boolean json;

  @Option(
      names = "--sample",
      paramLabel = "MILLIS",
      defaultValue = "1000",
      description = "For how long it is looked how fast snapshots fill (${DEFAULT-VALUE}).")
  private int sampleMillis;

  @Parameters(
      arity = "0..1",
      paramLabel = "POOL|MOUNTPOINT",
      description = "A directory of images, or where one is mounted.")
  private @Nullable Path path;

  private long problems;

  /** One mount that does not answer keeps no other from being looked at. */
  @Override
  public boolean decides() {
    return true;
  }

  @Override
  public Integer call() throws IOException {
    if (sampleMillis < 1) {
      throw new ParameterException(
          spec.commandLine(), "--sample is a number of milliseconds, not " + sampleMillis);
    }
    screen.show(this::render);
    return problems == 0 ? 0 : 1;
  }

  private String render(Palette palette) throws IOException {
    Findings findings = new Findings();
    MachineDoctor.look(findings);
    MountTable table = MountTable.read();
    List<Mount> named = List.of();
    if (path != null) {
      named = table.concerning(UnaskedPath.of(path, table));
      look(path, table, findings);
    }
    others(table, named, findings);
    problems = findings.problems();
    return json ? json(findings) : text(findings, palette);
  }

  /** Looks whether the other mounts of this machine answer. */
  private static void others(MountTable table, List<Mount> named, Findings findings)
      throws IOException {
    for (Mount mount : table.ofDmsnap()) {
      if (!named.contains(mount)) {
        new SleepDoctor(mount, findings).lookWhetherAsleep();
      }
    }
  }

  private void look(Path named, MountTable table, Findings findings) throws IOException {
    Path absolute = UnaskedPath.of(named, table);
    Mount mount = table.at(absolute);
    if (mount != null && mount.isDmsnap()) {
      new SleepDoctor(mount, findings).look(sampleMillis);
    } else if (Files.isDirectory(absolute) || !table.ofPool(absolute).isEmpty()) {
      new PoolDoctor(absolute, findings).look(sampleMillis);
    } else {
      throw new ErrnoException(
          Errno.ENOTDIR, FileName.of(named) + " is neither a pool nor a mountpoint");
    }
  }

  private String text(Findings findings, Palette palette) {
    StringBuilder text = new StringBuilder();
    for (Diagnosis found : findings.all()) {
      String state = found.state().name().toLowerCase(Locale.ROOT);
      String padding = " ".repeat(INDENT - state.length());
      text.append(paint(found.state(), state, palette)).append(padding);
      text.append(found.about()).append(": ").append(found.text()).append('\n');
      if (!found.advice().isEmpty()) {
        text.append(" ".repeat(INDENT)).append("-> ").append(found.advice()).append('\n');
      }
    }
    return text + end(findings) + "\n";
  }

  private static String end(Findings findings) {
    long problems = findings.problems();
    long notes = findings.all().stream().filter(f -> f.state() == Diagnosis.State.NOTE).count();
    if (problems > 0) {
      return problems == 1 ? "1 problem" : problems + " problems";
    }
    return notes == 0 ? "all is well" : "no problem, " + (notes == 1 ? "1 note" : notes + " notes");
  }

  private static String paint(Diagnosis.State state, String text, Palette palette) {
    return switch (state) {
      case OK -> palette.cyan(text);
      case NOTE -> palette.yellow(text);
      case PROBLEM -> palette.red(text);
    };
  }

  private String json(Findings findings) {
    List<Map<String, Object>> objects = new ArrayList<>();
    for (Diagnosis found : findings.all()) {
      Map<String, Object> object = new LinkedHashMap<>();
      object.put("state", found.state().name().toLowerCase(Locale.ROOT));
      object.put("about", found.about());
      object.put("text", found.text());
      object.put("advice", found.advice());
      objects.add(object);
    }
    Map<String, Object> report = new LinkedHashMap<>();
    report.put("findings", objects);
    report.put("problems", problems);
    return Json.print(report) + "\n";
  }
}
