/** What every change of an open pool is given: its volumes, its table, its options and its log. */
@NullMarked
package org.dmsnap.pool.state;

import org.jspecify.annotations.NullMarked;
