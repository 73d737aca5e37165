package org.dmsnap.cli.succession;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.dmsnap.block.HeldDescriptors;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** What servers of a mount tell each other of themselves. */
class EstateTest {

  @AutoClose private final HeldDescriptors handedOn = new HeldDescriptors();

  /** Its keeper and the one before both start a successor: of these one alone may go on. */
  @Test
  void the_number_of_a_keeper_whose_server_died_before_it_counted_is_no_other_s()
      throws IOException {
    Estate before = Estate.of(handedOn);
    before.epoch(before.newEpoch());
    long unnoted = before.newEpoch(); // here it dies

    Estate after = Estate.of(handedOn);
    assertThat(after.epoch()).isNotEqualTo(unnoted);
    after.epoch(after.newEpoch());

    assertThat(after.epoch()).isNotEqualTo(unnoted);
  }
}
