/** A mounted pool as its user sees it, by the files under {@code ctl}. */
@NullMarked
package org.dmsnap.cli.mounted;

import org.jspecify.annotations.NullMarked;
