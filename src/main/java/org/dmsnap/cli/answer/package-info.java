/** How long it is waited for the server of a mount, and what is told of one that is silent. */
@NullMarked
package org.dmsnap.cli.answer;

import org.jspecify.annotations.NullMarked;
