package org.dmsnap.engine;

import java.io.IOException;
import org.dmsnap.block.BlockDevice;
import org.dmsnap.block.NativeBuffer;

/** Byte arrays in and out of targets and devices, one request a call; for tests. */
public final class Io {

  private static final int LARGEST = 4 << 20;

  private static final ThreadLocal<NativeBuffer> BUFFERS =
      ThreadLocal.withInitial(() -> NativeBuffer.allocate(LARGEST));

  private Io() {}

  /** Reads {@code length} bytes of a target. */
  public static byte[] read(Target target, long position, int length) throws IOException {
    NativeBuffer buffer = BUFFERS.get().seek(0);
    target.read(position, buffer, length);
    return taken(buffer, length);
  }

  /** Reads all of a target. */
  public static byte[] read(Target target) throws IOException {
    return read(target, 0, (int) target.size());
  }

  /** Reads {@code length} bytes of a device. */
  public static byte[] read(BlockDevice device, long position, int length) throws IOException {
    NativeBuffer buffer = BUFFERS.get().seek(0);
    device.read(position, buffer, length);
    return taken(buffer, length);
  }

  /** Writes {@code bytes} to a target. */
  public static void write(Target target, long position, byte[] bytes) throws IOException {
    target.write(position, filled(bytes), bytes.length);
  }

  /** Writes {@code bytes} to a device. */
  public static void write(BlockDevice device, long position, byte[] bytes) throws IOException {
    device.write(position, filled(bytes), bytes.length);
  }

  private static NativeBuffer filled(byte[] bytes) {
    NativeBuffer buffer = BUFFERS.get().seek(0);
    buffer.put(bytes, 0, bytes.length);
    return buffer.seek(0);
  }

  private static byte[] taken(NativeBuffer buffer, int length) {
    byte[] bytes = new byte[length];
    buffer.seek(0).get(bytes, 0, length);
    return bytes;
  }
}
