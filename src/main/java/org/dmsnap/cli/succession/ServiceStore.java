package org.dmsnap.cli.succession;

import java.io.IOException;
import java.util.HashSet;
import java.util.Set;
import org.dmsnap.block.HandedOn;

/**
 * systemd's own store of descriptors, see {@code FileDescriptorStoreMax=} in systemd.service(5):
 * the service manager starts the successor, and gives it what is there.
 *
 * <p>Any number of threads.
 */
final class ServiceStore implements HandedOn {

  private final Inheritance left;
  private final ServiceSocket manager;
  private final Set<String> kept = new HashSet<>(); // guarded by this

  ServiceStore(Inheritance left, ServiceSocket manager) {
    this.left = left;
    this.manager = manager;
    kept.addAll(left.descriptors().keySet());
  }

  @Override
  public int inherited(String name) {
    return left.descriptor(name);
  }

  @Override
  public synchronized void keep(String name, int descriptor) throws IOException {
    drop(name);
    manager.say("FDSTORE=1\nFDNAME=" + name, descriptor);
    kept.add(name);
  }

  @Override
  public synchronized void drop(String name) throws IOException {
    if (kept.remove(name)) {
      manager.say("FDSTOREREMOVE=1\nFDNAME=" + name);
    }
  }

  /** Keeps nothing any more. */
  synchronized void clear() throws IOException {
    for (String name : Set.copyOf(kept)) {
      drop(name);
    }
  }
}
