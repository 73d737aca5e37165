package org.dmsnap.pool.change;

import java.util.function.LongUnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * What is to become of a stream.
 *
 * @param name of the volume that it makes
 * @param room how many bytes the COW device of a snapshot is to have, by the volume's size; null
 *     for as many as it can ever need
 * @param byName whether a name is enough to tell what an increment is a difference from
 * @param verify whether what was written is read again
 */
public record ReceptionRequest(
    String name, @Nullable LongUnaryOperator room, boolean byName, boolean verify) {}
