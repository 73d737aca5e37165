/**
 * A volume, or the difference between two, as a stream of bytes: Ceph's <i>rbd diff v1</i>, read
 * and written. It knows nothing of pools; what it reads may come from anybody.
 */
@NullMarked
package org.dmsnap.stream;

import org.jspecify.annotations.NullMarked;
