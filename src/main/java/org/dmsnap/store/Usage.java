package org.dmsnap.store;

/**
 * The numbers of a status line, {@code allocated/total metadata}, all in 512-byte sectors.
 *
 * @param allocatedSectors of the COW device, header, metadata and prepared exceptions included
 * @param totalSectors the size of the COW device
 * @param metadataSectors the part of the allocated ones that is header or metadata
 */
public record Usage(long allocatedSectors, long totalSectors, long metadataSectors) {

  /** As in a status line. */
  @Override
  public String toString() {
    return allocatedSectors + "/" + totalSectors + " " + metadataSectors;
  }

  /** Whether nothing but metadata is allocated: a new store, or one that has been merged. */
  public boolean empty() {
    return allocatedSectors == metadataSectors;
  }

  /** The percentage as LVM computes it (Snap%): 0 if only metadata is used, else used of total. */
  public double percent() {
    return empty() ? 0 : 100.0 * allocatedSectors / totalSectors;
  }
}
