/**
 * Devices and units: bytes in, bytes out.
 *
 * <p>The critical path is {@link org.dmsnap.block.FileDevice}: one {@code pread} or {@code pwrite}
 * a transfer, straight from or into the caller's native memory, without allocation. Everything
 * above reads and writes through {@link org.dmsnap.block.BlockDevice}, and reaches files through
 * {@link org.dmsnap.block.BackingDirectory} alone, so that a test can put a device in their place
 * that breaks, or forgets what was not synced.
 */
@NullMarked
package org.dmsnap.block;

import org.jspecify.annotations.NullMarked;
