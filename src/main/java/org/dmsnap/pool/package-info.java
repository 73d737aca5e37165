/**
 * LVM's part: named volumes in a directory.
 *
 * <p>{@code pool.table} is the only truth about which volumes there are, and replacing it is the
 * moment at which a change to the pool happens; the order of everything around it is stated at
 * {@link org.dmsnap.pool.Pool}, which names every change there is. Its rooms know each other in one
 * direction: {@code load → change → state → volume → table}; {@code docs/ARCHITECTURE.md} has the
 * picture.
 */
@NullMarked
package org.dmsnap.pool;

import org.jspecify.annotations.NullMarked;
