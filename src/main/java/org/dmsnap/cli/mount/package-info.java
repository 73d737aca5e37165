/** The process behind a mount: its options, its session, and who started it. */
@NullMarked
package org.dmsnap.cli.mount;

import org.jspecify.annotations.NullMarked;
