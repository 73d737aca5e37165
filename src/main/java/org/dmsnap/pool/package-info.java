/**
 * LVM's part: named volumes in a directory.
 *
 * <p>{@code pool.table} is the only truth about which volumes there are, and replacing it is the
 * moment at which a change to the pool happens; the order of everything around it is stated at
 * {@link org.dmsnap.pool.Pool}.
 */
@NullMarked
package org.dmsnap.pool;

import org.jspecify.annotations.NullMarked;
