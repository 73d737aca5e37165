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

# machine NAME: a way in by ssh to "another" machine, which is this one, in this directory; until
# gone. Its sshd is seen on an address of the loopback device alone, and takes one key.
machine() {
  command -v dropbear >/dev/null || skip "needs dropbear, of Debian's package dropbear-bin"
  address=127.$(($$ / 65536 % 128 + 64)).$(($$ / 256 % 256)).$(($$ % 256))
  mkdir "$1" "$1/home" "$1/home/.ssh"
  chmod 700 "$1/home" "$1/home/.ssh"
  ssh-keygen -qN '' -t ed25519 -f "$1/key"
  cp "$1/key.pub" "$1/home/.ssh/authorized_keys"
  dropbearkey -t ed25519 -f "$1/host" >/dev/null 2>&1
  sed "s|^\(root:.*:\)[^:]*:\([^:]*\)$|\1$PWD/$1/home:\2|" /etc/passwd >"$1/passwd"
  printf 'cd "%s" && PATH="%s"\neval "$SSH_ORIGINAL_COMMAND"\n' "$PWD" "$PATH" >"$1/run"
  unshare -m sh -c "mount --bind $1/passwd /etc/passwd &&
    exec dropbear -EFs -r $1/host -p $address:2222 -P $PWD/$1/pid -c 'sh $PWD/$1/run'" 2>"$1/log" &
  sshd=$!
  trap 'kill $sshd' EXIT
  cat >"$1/config" <<END
Host $1
  HostName $address
  Port 2222
  User root
  IdentityFile $PWD/$1/key
  StrictHostKeyChecking no
  UserKnownHostsFile /dev/null
  LogLevel ERROR
END
  eval "ssh() { command ssh -F '$PWD/$1/config' \"\$@\"; }"
  until test -s "$1/pid"; do
    kill -0 $sshd || { cat "$1/log" >&2; return 1; }
    sleep 0.1
  done
}

gone() {
  trap - EXIT
  kill $sshd
  wait $sshd || :
}

set -x
