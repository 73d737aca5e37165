package org.dmsnap.block;

import jnr.ffi.LibraryLoader;
import jnr.ffi.Pointer;
import jnr.ffi.annotations.Encoding;
import jnr.ffi.annotations.SaveError;
import org.dmsnap.kernel.FileNameCharset;

/** The calls of the C library that start a process and hear of its end, see posix_spawn(3). */
@Encoding(FileNameCharset.NAME)
public interface SpawnCalls {

  /** The C library. */
  SpawnCalls INSTANCE = LibraryLoader.create(SpawnCalls.class).load("c");

  /**
   * See posix_spawn(3), which returns the errno; the last argument is none of its, and passed over:
   * with six of them jnr-ffi's own stub is used, which does not pass all of them on.
   */
  int posix_spawn(
      Pointer pid,
      String path,
      Pointer actions,
      Pointer attributes,
      Pointer words,
      Pointer environment,
      int unused);

  /** See posix_spawn_file_actions_init(3). */
  int posix_spawn_file_actions_init(Pointer actions);

  /** See posix_spawn_file_actions_adddup2(3). */
  int posix_spawn_file_actions_adddup2(Pointer actions, int from, int to);

  /** See posix_spawn_file_actions_destroy(3). */
  int posix_spawn_file_actions_destroy(Pointer actions);

  /** See posix_spawnattr_init(3). */
  int posix_spawnattr_init(Pointer attributes);

  /** See posix_spawnattr_setflags(3). */
  int posix_spawnattr_setflags(Pointer attributes, short flags);

  /** See posix_spawnattr_setsigmask(3). */
  int posix_spawnattr_setsigmask(Pointer attributes, Pointer signals);

  /** See posix_spawnattr_setsigdefault(3). */
  int posix_spawnattr_setsigdefault(Pointer attributes, Pointer signals);

  /** See posix_spawnattr_destroy(3). */
  int posix_spawnattr_destroy(Pointer attributes);

  /** See sigfillset(3). */
  int sigfillset(Pointer signals);

  /** See sigemptyset(3). */
  int sigemptyset(Pointer signals);

  /** See pipe2(2). */
  @SaveError
  int pipe2(Pointer ends, int flags);

  /** See poll(2). */
  @SaveError
  int poll(Pointer descriptors, long count, int millis);

  /** See waitpid(2). */
  @SaveError
  int waitpid(int pid, Pointer status, int flags);
}
