package org.dmsnap.kernel;

import java.nio.charset.Charset;
import java.nio.charset.spi.CharsetProvider;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Tells Java of {@link FileNameCharset}, so that an annotation can name it. */
public final class FileNameCharsetProvider extends CharsetProvider {

  @Override
  public Iterator<Charset> charsets() {
    return List.of(FileNameCharset.INSTANCE).iterator();
  }

  @Override
  public @Nullable Charset charsetForName(String name) {
    return name.equals(FileNameCharset.NAME) ? FileNameCharset.INSTANCE : null;
  }
}
