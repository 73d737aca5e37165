package org.dmsnap.e2e;

/**
 * A directory as two machines have it: one GlusterFS brick on the loopback address and two of its
 * FUSE clients, {@code $work/one} and {@code $work/two}, which pass locks on, as no other file
 * system here does between two mounts. Its programs run by themselves, without the system's
 * service.
 */
final class TwoMachines implements AutoCloseable {

  private static final String START =
      """
      mkdir brick one two mnt2
      port=$(( 20000 + $$ % 20000 ))
      cat >brick.vol <<END
      volume posix
        type storage/posix
        option directory $work/brick
      end-volume
      volume locks
        type features/locks
        subvolumes posix
      end-volume
      volume server
        type protocol/server
        option transport-type tcp
        option transport.socket.bind-address 127.0.0.1
        option transport.socket.listen-port $port
        option auth.addr.locks.allow 127.0.0.1
        subvolumes locks
      end-volume
      END
      cat >client.vol <<END
      volume client
        type protocol/client
        option transport-type tcp
        option remote-host 127.0.0.1
        option remote-port $port
        option remote-subvolume locks
        option ping-timeout 5
      end-volume
      END
      """;

  private final MountedPool shell;

  /** Starts the brick and both clients, with what {@code shell} has for scripts. */
  TwoMachines(MountedPool shell) {
    this.shell = shell;
    shell.sh(START);
    plugIn();
    for (String machine : new String[] {"one", "two"}) {
      shell.sh(
          "glusterfs -f client.vol -l $work/%1$s.log -p $work/%1$s.pid $work/%1$s"
              .formatted(machine));
      shell.awaitSh("mountpoint -q " + machine + " && ls " + machine);
    }
    shell.sh("mkdir one/vg");
    shell.awaitSh("test -d two/vg");
  }

  /** Cuts both machines off: what they ask for fails, and the locks that they had are gone. */
  void unplug() {
    shell.sh("kill -9 $(cat brick.pid)");
    shell.awaitSh("! kill -0 $(cat brick.pid)");
  }

  /** Ends {@link #unplug}. */
  void plugIn() {
    shell.sh("glusterfsd -f brick.vol -l $work/brick.log -p $work/brick.pid");
    shell.awaitSh("test -s brick.pid && kill -0 $(cat brick.pid)");
  }

  @Override
  public void close() {
    shell.run("umount -l mnt2; umount -l $mnt"); // whose servers then end
    shell.run("umount -l one; umount -l two");
    shell.run("for p in one two brick; do kill -CONT $(cat $p.pid); kill -9 $(cat $p.pid); done");
  }
}
