package org.dmsnap.succession;

/**
 * A block of new data that a predecessor left, as it stands there: foreign input.
 *
 * @param place where it lies
 * @param number which block of the image it is
 * @param sectors which of its sectors it holds: a bitmap
 */
public record LeftBlock(long place, long number, int sectors) {}
