/** File systems on volumes, held still while a snapshot is taken. */
@NullMarked
package org.dmsnap.cli.freeze;

import org.jspecify.annotations.NullMarked;
