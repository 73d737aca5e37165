package org.dmsnap.cli.mount;

import java.util.List;
import org.dmsnap.fuse.MountOptions;
import org.dmsnap.pool.state.PoolOptions;

/**
 * What a mount is to run with.
 *
 * @param pool the pool's part
 * @param front the front-end's part
 * @param keeper whether a server that dies is replaced
 * @param warnings what of the options the mounter should know is not as asked for
 */
public record MountSettings(
    PoolOptions pool, MountOptions front, boolean keeper, List<String> warnings) {}
