/** {@code pool.table}: its lines, its names, its parser and its file; it knows no volumes. */
@NullMarked
package org.dmsnap.pool.table;

import org.jspecify.annotations.NullMarked;
