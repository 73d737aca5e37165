/**
 * The changes of a pool, each a class that works on a {@link org.dmsnap.pool.state.PoolState},
 * under the command lock: {@link org.dmsnap.pool.change.Creation} of origins, {@link
 * org.dmsnap.pool.change.Taking} of snapshots, {@link org.dmsnap.pool.change.Extension}, {@link
 * org.dmsnap.pool.change.Reset}, {@link org.dmsnap.pool.change.Removal}, {@link
 * org.dmsnap.pool.change.Merging} with its {@link org.dmsnap.pool.change.MergeEnd}, {@link
 * org.dmsnap.pool.change.Suspension}; and {@link org.dmsnap.pool.change.SnapshotWatch}, which
 * changes a snapshot's size when the engine asks for it.
 *
 * <p>Another change is another class here, and the method of {@link org.dmsnap.pool.Pool} that runs
 * it.
 */
@NullMarked
package org.dmsnap.pool.change;

import org.jspecify.annotations.NullMarked;
