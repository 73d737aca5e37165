package org.dmsnap.fuse;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import jnr.ffi.Memory;
import jnr.ffi.Pointer;
import jnr.ffi.Runtime;

/**
 * Arguments for libfuse, in native memory that lives as long as this object. libfuse takes out what
 * it understands, so it keeps a copy of its own in the struct's place.
 *
 * <pre>
 *   struct fuse_args, fuse_opt.h, 64-bit. Offset, size, field:
 *       0     4  argc
 *       8     8  argv
 *      16     4  allocated  0: argv is not libfuse's to free
 * </pre>
 */
final class FuseArgs {

  private static final int SIZE = 24;
  private static final int ARGV = 8;

  private final Pointer struct;
  private final List<Pointer> strings = new ArrayList<>(); // argv points at them

  FuseArgs(Runtime runtime, List<String> words) {
    Pointer argv = Memory.allocateDirect(runtime, (words.size() + 1) * runtime.addressSize(), true);
    for (int i = 0; i < words.size(); i++) {
      strings.add(text(runtime, words.get(i)));
      argv.putPointer((long) i * runtime.addressSize(), strings.get(i));
    }
    strings.add(argv);
    struct = Memory.allocateDirect(runtime, SIZE, true);
    struct.putInt(0, words.size());
    struct.putPointer(ARGV, argv);
  }

  /** The {@code struct fuse_args}. */
  Pointer struct() {
    return struct;
  }

  private static Pointer text(Runtime runtime, String word) {
    byte[] bytes = word.getBytes(StandardCharsets.UTF_8);
    Pointer memory = Memory.allocateDirect(runtime, bytes.length + 1, true);
    memory.put(0, bytes, 0, bytes.length);
    return memory;
  }
}
