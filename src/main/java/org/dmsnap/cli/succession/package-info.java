/**
 * A server that ends by anything but a clean stop is replaced: who holds what it leaves, who starts
 * its successor, and how that finds it.
 */
@NullMarked
package org.dmsnap.cli.succession;

import org.jspecify.annotations.NullMarked;
