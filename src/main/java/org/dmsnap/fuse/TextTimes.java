package org.dmsnap.fuse;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Since when the text files say what they say. A text is rendered whenever it is looked at; for as
 * long as it comes out the same, it has not changed. Any number of threads.
 */
final class TextTimes {

  /** So many texts are remembered; one that was forgotten has the time of what it tells of. */
  private static final int CAPACITY = 10_000;

  private static final float LOAD_FACTOR = 0.75f;

  private final Map<String, RenderedText> last = // by path, guarded by this
      new LinkedHashMap<>(16, LOAD_FACTOR, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, RenderedText> eldest) {
          return size() > CAPACITY;
        }
      };

  /**
   * What {@code path} says now.
   *
   * @param changedNanos when anything that it tells of last changed
   */
  synchronized RenderedText of(String path, String text, LongSupplier changedNanos) {
    @Nullable RenderedText before = last.get(path);
    if (before != null && before.text().equals(text)) {
      return before;
    }
    long changed = changedNanos.getAsLong();
    RenderedText now =
        new RenderedText(
            text, before == null ? changed : Math.max(changed, before.changedNanos() + 1));
    last.put(path, now);
    return now;
  }
}
