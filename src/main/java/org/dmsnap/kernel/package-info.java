/**
 * What the kernel tells: mounts, locks, loop devices, processes and what they hold open.
 *
 * <p>It tells it in files, and in bytes: a name is any bytes but zero and slash, whatever the
 * locale, and {@link org.dmsnap.kernel.FileName} makes text of them from which the same bytes come
 * back. Each file's form is parsed in one place, here. What is not there, not this user's to see or
 * not understood is left out; one line that is odd never hides the others.
 */
@NullMarked
package org.dmsnap.kernel;

import org.jspecify.annotations.NullMarked;
