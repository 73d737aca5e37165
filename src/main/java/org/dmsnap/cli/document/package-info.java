/** The manual pages and completions, made of picocli's model when the program is packaged. */
@NullMarked
package org.dmsnap.cli.document;

import org.jspecify.annotations.NullMarked;
