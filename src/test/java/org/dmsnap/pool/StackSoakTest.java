package org.dmsnap.pool;

/** The soak of a pool in which snapshots go beneath those that there are. */
class StackSoakTest extends SoakTest {

  @Override
  protected boolean stacks() {
    return true;
  }
}
