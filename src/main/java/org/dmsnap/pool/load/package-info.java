/**
 * From the files of a pool to volumes: what is listed, what a crash left half done, what has
 * changed behind the pool's back; and the same looked at without touching anything, by {@link
 * org.dmsnap.pool.load.PoolCheck}.
 */
@NullMarked
package org.dmsnap.pool.load;

import org.jspecify.annotations.NullMarked;
