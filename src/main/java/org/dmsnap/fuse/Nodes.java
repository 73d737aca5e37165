package org.dmsnap.fuse;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import jnr.constants.platform.Errno;
import org.dmsnap.block.ErrnoException;

/**
 * The kernel's node ids: each is an {@link InodeNumber}, so that a server that has just begun knows
 * what another has called by them. Which path stands behind one is remembered, or looked for among
 * all that there are.
 *
 * <p>Any number of threads.
 */
final class Nodes {

  private static final String SELF = ".";
  private static final String PARENT = "..";

  private final Tree tree;
  private final Map<Long, String> paths = new ConcurrentHashMap<>();

  Nodes(Tree tree) {
    this.tree = tree;
  }

  /** What {@code id} stands for; ENOENT if that is no more, ESTALE if it is not known. */
  Node of(long id) throws ErrnoException {
    return at(path(id));
  }

  /** What {@code path} stands for; ENOENT if nothing is there. */
  Node at(String path) throws ErrnoException {
    Node node = tree.find(path);
    if (node == null) {
      throw new ErrnoException(Errno.ENOENT, path);
    }
    return node;
  }

  /** What a directory's entry stands for; one that has just gone is shown as it was. */
  Node entry(String path) {
    Node node = tree.find(path);
    return node == null ? new Node.Gone(path) : node;
  }

  /** What is called {@code name} in a directory; ENOENT, ENOTDIR. */
  Node child(long id, String name) throws ErrnoException {
    if (name.equals(SELF)) {
      return noted(of(id));
    }
    if (!(of(id) instanceof Node.Directory directory)) {
      throw new ErrnoException(Errno.ENOTDIR, path(id));
    }
    return noted(at(name.equals(PARENT) ? directory.parent() : directory.pathOf(name)));
  }

  /** The kernel knows {@code id} no more; what is still there can be found again. */
  void forget(long id) {
    String path = paths.get(id);
    if (path != null && tree.find(path) == null) {
      paths.remove(id, path);
    }
  }

  private Node noted(Node node) {
    paths.putIfAbsent(node.inode(), node.path());
    return node;
  }

  private String path(long id) throws ErrnoException {
    if (id == InodeNumber.ROOT) {
      return "/";
    }
    String path = paths.get(id);
    if (path == null) {
      note("/");
      path = paths.get(id);
    }
    if (path == null) {
      throw new ErrnoException(Errno.ESTALE, "nothing has the number " + id);
    }
    return path;
  }

  private void note(String path) {
    paths.putIfAbsent(InodeNumber.of(path), path);
    if (tree.find(path) instanceof Node.Directory directory) {
      directory.names().get().forEach(name -> note(directory.pathOf(name)));
    }
  }
}
