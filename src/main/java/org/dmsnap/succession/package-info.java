/**
 * What of a pool is acknowledged and not yet in its files: it lies in memory that outlives the
 * server, and whoever succeeds that goes on with it.
 */
@NullMarked
package org.dmsnap.succession;

import org.jspecify.annotations.NullMarked;
