package org.dmsnap.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import org.dmsnap.block.ErrnoException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The table of a mounted pool that somebody else writes, or who has taken its lock. */
class ForeignTableTest extends PoolFixture {

  private static final String FOREIGN = "base: 0 2048 linear base.img 0\n# by another\n";

  private Path table;

  @BeforeEach
  void create() throws Exception {
    pool = open();
    pool.create("base", MIB);
    table = directory.resolve("pool.table");
  }

  @Test
  void what_somebody_else_wrote_stays_and_commands_say_so() throws Exception {
    Files.writeString(table, FOREIGN);

    assertThatThrownBy(() -> pool.create("more", MIB))
        .isInstanceOf(ErrnoException.class)
        .hasMessageContaining("pool.table was changed by somebody else");
    assertThatThrownBy(() -> snapshot("snap", "base", MIB, "P"))
        .hasMessageContaining("changed by somebody else");
    assertThatThrownBy(() -> pool.remove("base")).hasMessageContaining("changed by somebody else");

    assertThat(table).hasContent(FOREIGN);
    assertThat(files()).containsExactly("base.img", "pool.table");
    write("base", 0, 1, 512);
    device("base").flush();
    assertThatThrownBy(pool::close).hasMessageContaining("changed by somebody else");
    assertThat(table).hasContent(FOREIGN);
  }

  @Test
  void it_stays_so_when_the_old_content_comes_back() throws Exception {
    String before = Files.readString(table);
    Files.writeString(table, FOREIGN);
    assertThatThrownBy(() -> pool.create("more", MIB)).isInstanceOf(ErrnoException.class);
    Files.writeString(table, before);

    assertThatThrownBy(() -> pool.create("more", MIB))
        .hasMessageContaining("changed by somebody else");
    assertThatThrownBy(pool::close).hasMessageContaining("changed by somebody else");
    assertThat(table).hasContent(before);
  }

  @Test
  void a_table_that_was_deleted_is_somebody_elses_too() throws Exception {
    Files.delete(table);

    assertThatThrownBy(() -> pool.create("more", MIB))
        .hasMessageContaining("changed by somebody else");
    assertThatThrownBy(pool::close).hasMessageContaining("changed by somebody else");
    assertThat(table).doesNotExist();
  }

  @Test
  void nothing_changes_once_the_lock_is_lost() throws Exception {
    String before = Files.readString(table);
    Files.delete(directory.resolve(".lock"));
    Files.createFile(directory.resolve(".lock")); // as another who mounts it does

    assertThatThrownBy(() -> pool.create("more", MIB))
        .hasMessageContaining("the lock on the pool is lost");
    assertThatThrownBy(() -> write("base", 0, 1, 512)).hasMessageContaining("is lost");
    assertThatThrownBy(pool::close).hasMessageContaining("is lost");

    assertThat(table).hasContent(before);
    assertThat(files()).containsExactly("base.img", "pool.table");
  }
}
