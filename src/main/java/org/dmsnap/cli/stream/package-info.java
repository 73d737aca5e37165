/** Volumes as streams on their way out of a mounted pool, and into one. */
@NullMarked
package org.dmsnap.cli.stream;

import org.jspecify.annotations.NullMarked;
