/**
 * Words in, words out: the control commands, and the text of table, status, lvs, log and metrics.
 *
 * <p>Nothing here knows of files or FUSE; a front-end hands in what was written and shows what
 * comes back.
 */
@NullMarked
package org.dmsnap.control;

import org.jspecify.annotations.NullMarked;
