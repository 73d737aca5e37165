package org.dmsnap.pool;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.StandardOpenOption;
import java.util.EnumSet;
import org.dmsnap.engine.Feature;
import org.dmsnap.pool.change.SnapshotRequest;
import org.dmsnap.pool.table.Identity;
import org.dmsnap.store.ExceptionStoreType;
import org.junit.jupiter.api.Test;

/**
 * Which volume a name stands for, and what that reads as, by numbers that go when it is changed.
 */
class IdentityTest extends PoolFixture {

  private Identity identity(String name) throws IOException {
    return pool.report(name).identity();
  }

  /** A number for what {@code name} reads as. */
  private String named(String name) throws IOException {
    pool.streams().name(name);
    String content = identity(name).content();
    assertThat(Identity.isNumber(content)).isTrue();
    assertThat(wholeTable()).contains("content=" + content);
    return content;
  }

  private void assertForgotten(String name) throws IOException {
    assertThat(identity(name).content()).isEqualTo(Identity.CHANGED);
    assertThat(wholeTable())
        .containsPattern("# dmsnap: identity " + name + " uuid=\\S+ born=\\S+ content=changed");
  }

  @Test
  void a_volume_has_one_from_its_birth_and_keeps_it() throws IOException {
    open();
    pool.create("base", MIB);
    snapshot("snap", "base", MIB, "P");
    Identity base = identity("base");
    Identity snap = identity("snap");
    assertThat(base.uuid()).isNotEqualTo(snap.uuid());
    assertThat(wholeTable()).contains("# dmsnap: identity base " + base, "identity snap " + snap);

    write("base", 0, 1, 8192);
    reopen();

    assertThat(identity("base")).isEqualTo(base);
    assertThat(identity("snap")).isEqualTo(snap);
    assertThat(snap.born()).isGreaterThanOrEqualTo(base.born());
  }

  @Test
  void a_pool_of_before_there_were_any_gets_them_with_a_mount_that_may_write() throws IOException {
    open();
    pool.create("base", MIB);
    snapshot("snap", "base", MIB, "P");
    pool.close();
    table(wholeTable().replaceAll("(?m)^# dmsnap: identity .*\n", ""));
    String before = wholeTable();

    open(readOnly());
    pool.close();
    assertThat(wholeTable()).isEqualTo(before);

    open();
    Identity base = identity("base");
    reopen();
    assertThat(identity("base")).isEqualTo(base);
    assertThat(wholeTable()).contains("identity base uuid=", "identity snap uuid=");
  }

  @Test
  void a_removed_volume_takes_it_along() throws IOException {
    open();
    pool.create("base", MIB);
    String uuid = identity("base").uuid();
    pool.remove("base");
    pool.create("base", MIB);

    assertThat(identity("base").uuid()).isNotEqualTo(uuid);
  }

  @Test
  void what_a_volume_reads_as_has_a_number_until_it_is_written_to() throws IOException {
    open();
    pool.create("base", MIB);
    snapshot("snap", "base", MIB, "P");
    String content = named("snap");
    named("base");

    write("base", 0, 1, 8192); // which the snapshot does not see
    assertForgotten("base");
    pool.streams().name("snap");
    assertThat(identity("snap").content()).isEqualTo(content);
    reopen();
    assertThat(identity("snap").content()).isEqualTo(content);

    write("snap", 0, 2, 512);
    assertForgotten("snap");
    assertThat(named("snap")).isNotEqualTo(content);
    device("snap").zero(0, 8192);
    assertForgotten("snap");
    named("base");
    pool.create("plain", MIB);
    named("plain");
    device("plain").discard(0, 8192);
    assertForgotten("plain");
  }

  @Test
  void a_discard_that_is_passed_down_changes_the_origin_and_its_other_snapshots()
      throws IOException {
    open();
    pool.create("base", MIB);
    snapshot("snap", "base", MIB, "P");
    pool.snapshot(
        new SnapshotRequest(
            "down", "base", MIB, ExceptionStoreType.of("P"), 16, EnumSet.allOf(Feature.class)));
    named("base");
    named("snap");
    named("down");

    device("down").discard(0, 8192);

    assertForgotten("base");
    assertForgotten("snap");
    assertForgotten("down");
  }

  @Test
  void a_reset_snapshot_is_another() throws IOException {
    open();
    pool.create("base", MIB);
    snapshot("snap", "base", MIB, "P");
    String content = named("snap");
    Identity before = identity("snap");

    pool.reset("snap");

    assertThat(identity("snap").uuid()).isNotEqualTo(before.uuid());
    assertThat(wholeTable()).doesNotContain(content, before.uuid());
    String after = identity("snap").uuid();
    reopen();
    assertThat(identity("snap").uuid()).isEqualTo(after);
  }

  @Test
  void an_origin_reads_as_what_is_merged_into_it() throws IOException {
    open();
    pool.create("base", MIB);
    write("base", 0, 1, 8192);
    snapshot("snap", "base", MIB, "P");
    named("base");
    write("base", 0, 2, 8192);
    String content = named("snap");
    String uuid = identity("base").uuid();

    pool.merge("snap", false);
    reopen();

    assertThat(identity("base").content()).isEqualTo(content);
    assertThat(identity("base").uuid()).isEqualTo(uuid);
  }

  @Test
  void an_origin_that_grows_is_not_what_it_was() throws IOException {
    open();
    pool.create("base", MIB);
    named("base");

    pool.extend("base", 2 * MIB, false);

    assertForgotten("base");
  }

  @Test
  void who_was_changed_while_the_pool_was_not_mounted_has_none() throws IOException {
    open();
    pool.create("base", MIB);
    named("base");
    pool.close();
    Files.write(directory.resolve("base.img"), new byte[] {1}, StandardOpenOption.WRITE);

    open();

    assertForgotten("base");
  }
}
