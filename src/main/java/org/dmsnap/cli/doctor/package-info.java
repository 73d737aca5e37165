/** What doctor finds, of the machine, of a pool, and of a mount. */
@NullMarked
package org.dmsnap.cli.doctor;

import org.jspecify.annotations.NullMarked;
