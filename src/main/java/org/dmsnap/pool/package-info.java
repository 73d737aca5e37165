/**
 * LVM's part: named volumes in a directory.
 *
 * <p>{@code pool.table} is the only truth about which volumes there are, and replacing it is the
 * moment at which a change to the pool happens; the order of everything around it is stated at
 * {@link org.dmsnap.pool.Pool}.
 *
 * <p>The changes, each a class that works on a {@link org.dmsnap.pool.state.PoolState}: {@link
 * org.dmsnap.pool.change.Creation} of origins and snapshots, {@link org.dmsnap.pool.change.Extension}, {@link
 * org.dmsnap.pool.change.Reset}, {@link org.dmsnap.pool.change.Removal}, {@link org.dmsnap.pool.change.Merging} with its
 * {@link org.dmsnap.pool.change.MergeEnd}; {@link org.dmsnap.pool.CleanStop} is the last. What they
 * change: a {@link org.dmsnap.pool.volume.Volume} is an {@link org.dmsnap.pool.volume.OriginVolume}, or a {@link
 * org.dmsnap.pool.volume.SnapshotVolume} of one; the hidden devices beneath are a {@link
 * org.dmsnap.pool.volume.RealDevice} and a {@link org.dmsnap.pool.volume.CowDevice}. {@code docs/ARCHITECTURE.md}
 * has the picture.
 */
@NullMarked
package org.dmsnap.pool;

import org.jspecify.annotations.NullMarked;
