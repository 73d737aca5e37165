package org.dmsnap.pool;

/** Placeholder. */
abstract non-sealed class Volume implements Device {}
