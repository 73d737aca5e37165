/**
 * Exception stores: which chunk of the COW device replaces which chunk of the origin, kept on the
 * COW device.
 *
 * <p>Correctness first, and that means order: the one rule about durability stands at {@link
 * org.dmsnap.store.ExceptionStore#commit}. The format is the kernel's, to the byte, and pinned by
 * images that the kernel made.
 */
@NullMarked
package org.dmsnap.store;

import org.jspecify.annotations.NullMarked;
