package org.dmsnap.oracle;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.Set;
import jnr.constants.platform.Errno;
import org.dmsnap.block.BackingDirectory;
import org.dmsnap.block.BlockDevice;
import org.dmsnap.block.ErrnoException;

/** What a directory's changes need: once it is off, each of them fails and leaves no trace. */
final class Power {

  private static final Set<String> CHANGES =
      Set.of(
          "write",
          "discard",
          "zero",
          "sync",
          "resize",
          "create",
          "createUnnamed",
          "rename",
          "delete",
          "replaceText");

  private long left = Long.MAX_VALUE;

  /** Lets {@code more} changes happen, and no further one. */
  synchronized void offAfter(long more) {
    left = more;
  }

  synchronized boolean off() {
    return left == 0;
  }

  private synchronized void use() throws IOException {
    if (off()) {
      throw new ErrnoException(Errno.EIO, "the power is off");
    }
    left--;
  }

  /** {@code real}, running on this power. */
  BackingDirectory of(BackingDirectory real) {
    return of(BackingDirectory.class, real);
  }

  private <T> T of(Class<T> type, T real) {
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (proxy, method, arguments) -> {
              if (CHANGES.contains(method.getName())) {
                use();
              }
              try {
                Object result = method.invoke(real, arguments);
                return result instanceof BlockDevice device
                    ? of(BlockDevice.class, device)
                    : result;
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            }));
  }
}
