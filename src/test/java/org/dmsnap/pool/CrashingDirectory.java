package org.dmsnap.pool;

import java.io.IOException;
import java.util.Collection;
import java.util.List;
import jnr.constants.platform.Errno;
import org.dmsnap.block.BackingDirectory;
import org.dmsnap.block.BlockDevice;
import org.dmsnap.block.ErrnoException;
import org.dmsnap.block.FileTimes;
import org.jspecify.annotations.Nullable;

/** A directory whose changes fail from the n-th on, as if the power were off, or just the n-th. */
final class CrashingDirectory implements BackingDirectory {

  private final BackingDirectory real;
  private int left = Integer.MAX_VALUE;
  private boolean crashed;
  private boolean once;

  CrashingDirectory(BackingDirectory real) {
    this.real = real;
  }

  /** Lets {@code more} changes happen, and no further one. */
  void crashAfter(int more) {
    left = more;
  }

  /** Lets {@code more} changes happen, fails the next, and lets all others happen. */
  void failAfter(int more) {
    left = more;
    once = true;
  }

  /** Whether a change has failed. */
  boolean crashed() {
    return crashed;
  }

  private void change() throws IOException {
    if (left == 0) {
      crashed = true;
      left = once ? Integer.MAX_VALUE : 0;
      throw new ErrnoException(Errno.EIO, "the power is off");
    }
    left--;
  }

  @Override
  public String name() {
    return real.name();
  }

  @Override
  public List<String> list() throws IOException {
    return real.list();
  }

  @Override
  public @Nullable Stat stat(String name) throws IOException {
    return real.stat(name);
  }

  @Override
  public void awaitTick(Collection<FileTimes> noted) throws IOException {
    real.awaitTick(noted);
  }

  @Override
  public BlockDevice openImage(String name, Access access) throws IOException {
    return real.openImage(name, access);
  }

  @Override
  public BlockDevice openFile(String name, Access access) throws IOException {
    return real.openFile(name, access);
  }

  @Override
  public BlockDevice create(String name, long size) throws IOException {
    change();
    return real.create(name, size);
  }

  @Override
  public BlockDevice createUnnamed(long size) throws IOException {
    change();
    return real.createUnnamed(size);
  }

  @Override
  public void rename(String from, String to) throws IOException {
    change();
    real.rename(from, to);
  }

  @Override
  public void replace(String from, String to) throws IOException {
    change();
    real.replace(from, to);
  }

  @Override
  public void delete(String name) throws IOException {
    change();
    real.delete(name);
  }

  @Override
  public @Nullable String readText(String name) throws IOException {
    return real.readText(name);
  }

  @Override
  public void sync() throws IOException {
    change();
    real.sync();
  }

  @Override
  public long freeBytes() throws IOException {
    return real.freeBytes();
  }

  @Override
  public long totalBytes() throws IOException {
    return real.totalBytes();
  }

  @Override
  public void close() throws IOException {
    real.close();
  }
}
