package org.dmsnap.e2e;

import java.util.List;
import org.dmsnap.cli.freeze.Freeze;

/** Freezes the file systems that are its words, says so, and holds them until its input ends. */
final class FrozenUntilEnd {

  private FrozenUntilEnd() {}

  /** Run in a process of its own, for that to be killed. */
  public static void main(String[] mountpoints) throws Exception {
    Freeze frozen = Freeze.of(List.of(mountpoints));
    System.out.println("frozen"); // to where nothing is frozen
    System.in.read();
    frozen.close();
  }
}
