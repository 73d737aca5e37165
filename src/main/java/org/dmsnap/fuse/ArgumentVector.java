package org.dmsnap.fuse;

import java.util.ArrayList;
import java.util.List;
import jnr.ffi.Memory;
import jnr.ffi.Pointer;
import jnr.ffi.Runtime;
import org.dmsnap.kernel.FileName;

/**
 * A C program's {@code argc} and {@code argv}, in native memory that lives as long as this object.
 */
final class ArgumentVector {

  private final List<Pointer> words = new ArrayList<>(); // argv points at them
  private final Pointer argv;

  ArgumentVector(Runtime runtime, List<String> arguments) {
    argv = Memory.allocateDirect(runtime, (arguments.size() + 1) * runtime.addressSize(), true);
    for (String argument : arguments) {
      Pointer word = text(runtime, argument);
      argv.putPointer((long) words.size() * runtime.addressSize(), word);
      words.add(word);
    }
  }

  /** How many words. */
  int count() {
    return words.size();
  }

  /** The words, with a null behind the last. */
  Pointer pointer() {
    return argv;
  }

  private static Pointer text(Runtime runtime, String word) {
    byte[] bytes = FileName.bytes(word);
    Pointer memory = Memory.allocateDirect(runtime, bytes.length + 1, true);
    memory.put(0, bytes, 0, bytes.length);
    return memory;
  }
}
