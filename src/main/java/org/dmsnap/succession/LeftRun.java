package org.dmsnap.succession;

/**
 * Exceptions that a predecessor left, as they stand there: foreign input.
 *
 * @param place where they stand
 * @param oldFirst the first old chunk
 * @param first the first new chunk
 * @param count how many chunks
 */
public record LeftRun(int place, long oldFirst, long first, long count) {}
