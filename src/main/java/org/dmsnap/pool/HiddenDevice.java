package org.dmsnap.pool;

/** Placeholder. */
abstract non-sealed class HiddenDevice implements Device {}
