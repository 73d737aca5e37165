package org.dmsnap.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import org.dmsnap.e2e.Shell.Result;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Names of pools and mountpoints are any bytes, in any locale; they stand here as printf(1) makes
 * them.
 */
class OddNamesTest {

  private static final String LATIN_1 = "b\\374cher";
  private static final String UTF_8 = "b\\303\\274cher";
  private static final String ALL = "\\374\\303\\274 #,\\\\\\\\054=%%:\"\\47*?\\t\\n";

  @AutoClose private final MountedPool pool = MountedPool.empty();

  @ParameterizedTest
  @ValueSource(strings = {LATIN_1, ALL, "\\134\\061\\062\\063", "a,fsname=b"})
  void any_name_will_do_without_a_locale(String name) {
    session("", name);
  }

  @ParameterizedTest
  @ValueSource(strings = {"LC_ALL=POSIX", "LC_ALL=C.UTF-8", "LANG=de_DE.ISO-8859-1"})
  void and_in_any_locale(String locale) {
    session(locale, LATIN_1 + UTF_8);
  }

  @ParameterizedTest
  @ValueSource(strings = {LATIN_1, "a\\nb#"})
  void a_mount_of_others_stands_in_nobody_s_way(String name) {
    pool.sh("printf -- '" + name + "' >name");
    pool.sh( // among mounts of its own, which end with it
        """
        cat >script <<'END'
        set -e
        trap 'umount -l $mnt 2>/dev/null || :' EXIT
        foreign=$(cat name; echo .); foreign=$work/${foreign%.}
        mkdir "$foreign"
        mount -t tmpfs "$foreign" "$foreign"
        $dmsnap mount $vg $mnt
        $dmsnap doctor $mnt
        $dmsnap umount $mnt
        END
        unshare --mount --propagation private sh script
        """);
  }

  /** Everything that takes a name or tells of one, by a path of that name. */
  private void session(String locale, String name) {
    pool.sh("mkdir odd; printf -- '" + name + "' >name");
    Result session =
        pool.run(
            "d() { env -i PATH=\"$PATH\" "
                + locale
                + " \"$dmsnap\" \"$@\"; }"
                + """

                set -e
                name=$(cat name; echo .); name=./odd/${name%.}
                mkdir "$name" "$name/vg" "$name/mnt"
                d mount "$name/vg" "$name/mnt"
                d create "$name/mnt" base 4M
                d mount -o remount,ro "$name/vg" "$name/mnt"
                ! d mount -o remount,ro "$name/vg" "$name" || exit 1
                d mount -o remount,rw "$name/vg" "$name/mnt"
                d snapshot "$name/mnt" snap base 1M
                d lvs "$name/mnt" | grep -c -e snap -e base
                d doctor "$name/mnt" | grep -aF 'and answers'
                d doctor "$name/vg" | grep -aF 'and answers'
                ! d mount "$name/vg" a || exit 1
                ! d lvs "$name/vg" || exit 1
                exec 9<"$name/mnt/base"
                ! d umount "$name/mnt" 2>errors || exit 1
                exec 9<&-
                grep -aF 'is in use by process' errors
                cat errors >&2
                (cd "$name" && d umount mnt)
                (cd "$name/vg" && d check . && d dump snap.cow)
                ! grep -a "$work/odd" /proc/self/mountinfo
                """);

    assertThat(session.succeeded()).as("%s", session).isTrue();
    assertThat(session.output()).contains("nothing is wrong");
    assertThat(session.errors())
        .contains("; unmount it there first", "is the pool; name where it is mounted")
        .doesNotContain("Exception", "java.");
  }
}
