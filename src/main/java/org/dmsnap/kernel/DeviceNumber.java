package org.dmsnap.kernel;

/**
 * A device as stat(2) numbers it, in the forms that the kernel writes it in; makedev(3) of glibc.
 */
public record DeviceNumber(long number) {

  private long major() {
    return (number >>> 8 & 0xfff) | (number >>> 32 & ~0xfffL);
  }

  private long minor() {
    return (number & 0xff) | (number >>> 12 & ~0xffL);
  }

  /** As in {@code /proc/locks}: two hexadecimal numbers. */
  String inLocks() {
    return "%02x:%02x".formatted(major(), minor());
  }

  /** As in {@code /sys} and mountinfo: {@code 7:0}. */
  @Override
  public String toString() {
    return major() + ":" + minor();
  }
}
