/** COW devices as check, dump, diff and map look at them: read, and never changed. */
@NullMarked
package org.dmsnap.cli.cow;

import org.jspecify.annotations.NullMarked;
