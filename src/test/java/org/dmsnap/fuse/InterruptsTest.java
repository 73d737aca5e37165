package org.dmsnap.fuse;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** A request that its caller has given up. */
class InterruptsTest {

  @Test
  void the_request_that_is_named_hears_of_it_and_the_next_does_not() {
    Interrupts interrupts = new Interrupts();
    Interrupts.Serving mine = interrupts.enter();
    try {
      mine.begin(7);
      interrupts.interrupt(8);
      assertThat(Interrupts.givenUp()).isFalse();

      interrupts.interrupt(7);
      assertThat(Interrupts.givenUp()).isTrue();

      mine.begin(9);
      assertThat(Interrupts.givenUp()).isFalse();
    } finally {
      interrupts.leave(mine);
    }
  }
}
