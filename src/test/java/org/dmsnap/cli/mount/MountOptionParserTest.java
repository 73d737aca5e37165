package org.dmsnap.cli.mount;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.file.Path;
import java.util.List;
import org.dmsnap.engine.OverflowPolicy;
import org.dmsnap.fuse.MountOptions;
import org.dmsnap.pool.state.PoolOptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MountOptionParserTest {

  private static final Path POOL = Path.of("/vg");

  private static MountSettings parse(String... lists) {
    return MountOptionParser.parse(POOL, List.of(lists));
  }

  @Test
  void without_options_everything_is_as_the_defaults_say() {
    MountSettings settings = parse();

    assertThat(settings.pool()).isEqualTo(PoolOptions.DEFAULT);
    assertThat(settings.front()).isEqualTo(MountOptions.defaults(POOL));
    assertThat(settings.warnings()).isEmpty();
  }

  @Test
  void every_option_is_understood() {
    MountSettings settings =
        parse(
            "ro,allow_other,allow_root,uid=7,gid=8,mode=0640,accept_changed_origin",
            "autoextend_threshold=80,autoextend_percent=50,overflow=refuse,threads=5");

    assertThat(settings.pool())
        .isEqualTo(new PoolOptions(true, true, 80, 50, OverflowPolicy.REFUSE));
    assertThat(settings.front())
        .isEqualTo(new MountOptions(POOL, 7, 8, 0640, true, true, true, 5, List.of()));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "rw",
        "noauto",
        "nofail",
        "user",
        "user=me",
        "_netdev",
        "x-systemd.automount",
        "nodev",
        "nosuid",
        "noatime",
        "defaults",
        "",
        ",,"
      })
  void the_generic_options_of_mount_are_taken_and_mean_nothing(String option) {
    assertThat(parse(option).pool()).isEqualTo(PoolOptions.DEFAULT);
  }

  @Test
  void a_value_too_many_or_too_few_is_not_called_an_unknown_option() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> parse("threads"))
        .withMessage("mount option threads: it needs a value, threads=...");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> parse("ro=1"))
        .withMessage("mount option ro=1: it takes no value");
  }

  @ParameterizedTest
  @ValueSource(strings = {"bogus", "bogus=1", "ro=1", "threads", "remount", "RO"})
  void any_other_is_refused_and_named(String option) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> parse("rw," + option))
        .withMessageContaining(option);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "uid=me",
        "uid=-1",
        "uid=4294967295",
        "mode=8",
        "mode=1777",
        "threads=0",
        "threads=x",
        "overflow=maybe",
        "autoextend_threshold=101",
        "autoextend_threshold=70%",
        "autoextend_percent=-5"
      })
  void a_value_that_is_not_right_is_refused_and_named(String option) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> parse(option))
        .withMessageStartingWith(option);
  }

  @Test
  void of_two_that_contradict_the_later_counts() {
    assertThat(parse("ro,rw").pool().readOnly()).isFalse();
    assertThat(parse("rw", "ro").pool().readOnly()).isTrue();
  }

  @Test
  void a_threshold_below_50_is_raised_with_a_warning() {
    MountSettings settings = parse("autoextend_threshold=10");

    assertThat(settings.pool().autoextendThreshold()).isEqualTo(50);
    assertThat(settings.warnings()).hasSize(1);
  }

  @Test
  void extending_by_nothing_is_refused_unless_it_is_off() {
    assertThatIllegalArgumentException().isThrownBy(() -> parse("autoextend_percent=0"));
    assertThat(parse("autoextend_percent=0,autoextend_threshold=100").pool().autoextendThreshold())
        .isEqualTo(100);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "default_permissions",
        "subtype=dmsnap",
        "nosymfollow",
        "uhelper=udisks2",
        "comment=\"one, two\""
      })
  void what_is_always_so_or_another_s_is_accepted(String option) {
    assertThat(parse(option).front()).isEqualTo(MountOptions.defaults(POOL));
  }

  @Test
  void a_comma_within_quotes_is_the_context_s() {
    MountSettings settings =
        parse("ro,context=\"system_u:object_r:x_t:s0:c1,c2\",nonempty", "fscontext=a:b:c");

    assertThat(settings.front().handedOn())
        .containsExactly(
            "context=\"system_u:object_r:x_t:s0:c1,c2\"", "nonempty", "fscontext=a:b:c");
    assertThat(settings.pool().readOnly()).isTrue();
  }

  @Test
  void a_umask_is_taken_from_what_all_may() {
    assertThat(parse("umask=027").front().mode()).isEqualTo(0640);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "auto_unmount",
        "fsname=/dev/x",
        "subtype=other",
        "dmask=022",
        "fd=3",
        "rootmode=40000",
        "user_id=0",
        "max_read=4096",
        "blksize=512",
        "loop",
        "offset=512"
      })
  void what_cannot_be_is_refused_with_its_reason(String option) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> parse(option))
        .withMessageStartingWith("mount option " + option + ": ");
  }

  @ParameterizedTest
  @ValueSource(strings = {"context=\"a,b", "context=", "context", "umask=9", "nonempty=yes"})
  void what_is_half_an_option_is_refused(String option) {
    assertThatIllegalArgumentException().isThrownBy(() -> parse(option));
  }
}
