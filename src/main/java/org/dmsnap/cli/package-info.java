/** The command line: thin picocli commands that speak to a mount through its control files. */
@NullMarked
package org.dmsnap.cli;

import org.jspecify.annotations.NullMarked;
