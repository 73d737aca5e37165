package org.dmsnap.fuse;

/**
 * An open file as a successor has to know it.
 *
 * @param number by which the kernel knows it
 * @param unique the request that opened it, which may come again
 * @param flags of open(2)
 * @param told what the kernel was told of it
 * @param path absolute within the mount
 */
record OpenRecord(long number, long unique, int flags, int told, OpenKind kind, String path) {}
