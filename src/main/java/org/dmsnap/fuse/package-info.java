/**
 * The FUSE front-end: a file per volume, the control files, the session.
 *
 * <p>The critical path is {@code read} and {@code write} of a volume: from {@code /dev/fuse} past
 * libfuse and every per-request object to the target, see {@code DataRequests}. The session runs on
 * Java threads, see {@code SessionLoop}.
 */
@NullMarked
package org.dmsnap.fuse;

import org.jspecify.annotations.NullMarked;
