# Comes before every recipe. Recipes may say "skip REASON"; the rest is for their tests.
set -eu
PATH=$(dirname "$dmsnap"):$PATH

skip() {
  echo "skip: $*" >&2
  exit 77
}

# refused COMMAND...: runs it and succeeds if it fails
refused() {
  if "$@"; then
    echo "not refused: $*" >&2
    return 1
  fi
}

# in_kernel: runs what it reads in a kernel of its own, which has the device mapper
in_kernel() {
  cat >recipe
  {
    echo 'busybox insmod /usr/lib/uml/modules/$(busybox uname -r)/kernel/drivers/block/loop.ko'
    echo 'busybox mdev -s'
    echo 'cd /mnt'
    echo '/bin/sh -eu recipe' # a shell without commands of its own
    echo 'echo whole'
  } >script
  cp "$kernel/init" init
  sh "$kernel/boot" "$work" </dev/null >console 2>&1
  if ! grep -qx whole output; then
    cat output errors console >&2
    return 1
  fi
}

set -x
