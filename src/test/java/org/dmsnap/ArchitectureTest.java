package org.dmsnap;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The house as {@code docs/ARCHITECTURE.md} draws it: who may import whom. */
class ArchitectureTest {

  /** From the top down; a package imports those after it, and of third parties what it names. */
  private static final List<Floor> HOUSE =
      List.of(
          new Floor("cli", "picocli..", "me.tongfei.progressbar.."),
          new Floor("fuse", "ru.serce.jnrfuse..", "jnr.ffi.."),
          new Floor("control"),
          new Floor("pool"),
          new Floor("engine"),
          new Floor("store"),
          new Floor("stream"),
          new Floor("succession"),
          new Floor("block", "jnr.ffi..", "com.kenai.jffi.."),
          new Floor("kernel"));

  /** Packages within a floor, and those of the same floor that each may know. */
  private static final List<Room> ROOMS =
      List.of(
          new Room("cli.document", "cli"),
          new Room("cli.doctor", "cli.answer", "cli.mounted", "cli.terminal"),
          new Room("cli.mount", "cli.succession", "cli.terminal"),
          new Room("cli.succession", "cli.terminal"),
          new Room("cli.cow", "cli.mounted", "cli.terminal"),
          new Room("cli.stream", "cli.cow", "cli.mounted", "cli.terminal"),
          new Room("cli.mounted", "cli.terminal"),
          new Room("cli.freeze", "cli.terminal"),
          new Room("cli.answer"),
          new Room("cli.terminal"),
          new Room("pool.load", "pool.change", "pool.state", "pool.volume", "pool.table"),
          new Room("pool.change", "pool.state", "pool.volume", "pool.table"),
          new Room("pool.state", "pool.volume", "pool.table"),
          new Room("pool.volume", "pool.table"),
          new Room("pool.table"));

  /**
   * What front-ends and commands see of a pool; all else in its rooms is public for those alone.
   */
  private static final List<String> POOL_FROM_OUTSIDE =
      Stream.of(
              "Pool",
              "Server",
              "Streams",
              "Receiving",
              "state.PoolOptions",
              "state.EventLog",
              "volume.Device",
              "volume.VolumeReport",
              "volume.CacheListener",
              "change.Members",
              "change.SnapshotRequest",
              "change.ReceptionRequest",
              "change.CowSize",
              "load.PoolCheck")
          .map(name -> "org.dmsnap.pool." + name)
          .toList();

  /** Java itself, nullness, logging, and the names of the errnos. */
  private static final List<String> EVERYWHERE =
      List.of("java..", "javax..", "org.jspecify..", "org.slf4j..", "jnr.constants..");

  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("org.dmsnap");

  @ParameterizedTest(name = "{0}")
  @MethodSource("house")
  void a_package_imports_only_what_lies_below(Floor floor) {
    classes()
        .that()
        .resideInAPackage(floor.packages())
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage(floor.mayImport().toArray(String[]::new))
        .because(
            "cli → fuse → control → pool → engine → store → stream → succession → block → kernel")
        .check(CLASSES);
  }

  @Test
  void packages_are_free_of_cycles() {
    slices().matching("org.dmsnap.(**)").should().beFreeOfCycles().check(CLASSES);
  }

  @Test
  void files_are_reached_through_the_floor_of_devices_or_the_command_line() {
    noClasses()
        .that()
        .resideInAnyPackage("org.dmsnap.store..", "org.dmsnap.engine..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("java.nio.file..", "java.nio.channels..")
        .orShould()
        .dependOnClassesThat()
        .haveFullyQualifiedName("java.io.File")
        .because("a test must be able to put a device that breaks in their place")
        .check(CLASSES);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("rooms")
  void a_room_of_a_floor_knows_only_those_named(Room room) {
    noClasses()
        .that()
        .resideInAPackage("org.dmsnap." + room.name())
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(room.unknown())
        .check(CLASSES);
  }

  @Test
  void what_is_above_a_pool_calls_its_face_and_never_its_volumes_or_changes() {
    noClasses()
        .that()
        .resideInAnyPackage("org.dmsnap.cli..", "org.dmsnap.fuse..", "org.dmsnap.control..")
        .should()
        .dependOnClassesThat(
            JavaClass.Predicates.resideInAPackage("org.dmsnap.pool..")
                .and(not(JavaClass.Predicates.resideInAPackage("org.dmsnap.pool.table")))
                .and(describe("hidden", type -> !POOL_FROM_OUTSIDE.contains(outer(type)))))
        .because("the order and the locks of a change are kept by Pool alone")
        .check(CLASSES);
  }

  private static String outer(JavaClass type) {
    return type.getName().replaceFirst("\\$.*", "");
  }

  @Test
  void every_class_lives_on_a_floor_or_in_a_room_of_it() {
    classes()
        .should()
        .resideInAnyPackage(
            Stream.concat(HOUSE.stream().map(Floor::name), ROOMS.stream().map(Room::name))
                .map(name -> "org.dmsnap." + name)
                .toArray(String[]::new))
        .check(CLASSES);
  }

  static List<Floor> house() {
    return HOUSE;
  }

  static List<Room> rooms() {
    return ROOMS;
  }

  /** A package and the third parties that it alone may name. */
  private record Floor(String name, String... thirdParties) {

    String packages() {
      return "org.dmsnap." + name + "..";
    }

    List<String> mayImport() {
      List<String> packages = new ArrayList<>(EVERYWHERE);
      packages.addAll(List.of(thirdParties));
      HOUSE.stream().skip(HOUSE.indexOf(this)).map(Floor::packages).forEach(packages::add);
      return packages;
    }

    @Override
    public String toString() {
      return name;
    }
  }

  /** A package within a floor. */
  private record Room(String name, String... known) {

    /** The other packages of its floor. */
    String[] unknown() {
      String floor = name.substring(0, name.indexOf('.'));
      return Stream.concat(Stream.of(floor), ROOMS.stream().map(Room::name))
          .filter(other -> other.equals(floor) || other.startsWith(floor + "."))
          .filter(other -> !other.equals(name) && !List.of(known).contains(other))
          .map(other -> "org.dmsnap." + other)
          .toArray(String[]::new);
    }

    @Override
    public String toString() {
      return name;
    }
  }
}
