package org.dmsnap.fuse;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class PageCacheTest {

  private static final long HOUR = TimeUnit.HOURS.toNanos(1);

  private final PageCache cache = new PageCache();

  @Test
  void a_page_that_was_read_while_a_write_was_held_may_hide_it_however_long_that_was() {
    read();

    assertThat(cache.mayHideWrite(System.nanoTime() - HOUR)).isTrue();
  }

  @Test
  void a_page_that_was_read_long_before_a_write_came_does_not_hide_it() {
    assertThat(cache.mayHideWrite(System.nanoTime())).isFalse();

    read();

    assertThat(cache.mayHideWrite(System.nanoTime() + HOUR)).isFalse();
  }

  private void read() {
    cache.filling();
    cache.filled();
  }
}
