/** What is shown: tables, colours, bars, pages that are watched, JSON, and lines of errors. */
@NullMarked
package org.dmsnap.cli.terminal;

import org.jspecify.annotations.NullMarked;
