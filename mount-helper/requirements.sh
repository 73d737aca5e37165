# Sourced by install, demo and check, with $root the repository: notes what is missing, then
# installs it.
# shellcheck shell=sh

missing=

# need PACKAGE[,ALTERNATIVE] TEST...: notes the Debian package unless the test succeeds.
need() {
  package=$1
  shift
  "$@" >/dev/null 2>&1 || missing="$missing $package"
}

need_command() {
  need "$2" command -v "$1"
}

has_java() {
  for java in "${JAVA_HOME:-/usr}/bin/$1" "$(command -v "$1")" /usr/lib/jvm/*/bin/"$1"; do
    [ -x "$java" ] || continue
    version=$("$java" -version 2>&1 | sed -n 's/^\(javac \|.*version "\)\([0-9]*\).*/\2/p')
    [ "${version:-0}" -lt 17 ] || return 0
  done
  return 1
}

has_library() {
  PATH=$PATH:/sbin:/usr/sbin ldconfig -p | grep "$1" >/dev/null # -q ends the other early
}

has_fusermount() {
  command -v fusermount || command -v fusermount3
}

need_to_run() {
  need openjdk-17-jre-headless,default-jre-headless has_java java
  need libfuse2,libfuse2t64 has_library 'libfuse\.so\.2'
  need fuse3,fuse has_fusermount
  need_command mount mount
  need_command setsid util-linux
}

need_to_build() {
  need openjdk-17-jdk-headless,default-jdk-headless has_java javac
  need_command mvn maven
}

# The first of the alternatives that this release of Debian or Ubuntu has; "-" is to do without.
available() {
  for package in $(echo "$1" | tr , ' '); do
    [ "$package" != - ] || return 0
    if apt-cache policy "$package" | grep 'Candidate: [0-9]' >/dev/null; then
      echo "$package"
      return
    fi
  done
  echo "none of the packages $1 is to be had here" >&2
  return 1
}

# Installs what was noted; words and an end where it cannot.
install_missing() {
  [ -n "$missing" ] || return 0
  if ! command -v apt-get >/dev/null; then
    echo "This machine lacks:$missing (Debian's names). Install them and try again." >&2
    exit 1
  fi
  if [ "$(id -u)" != 0 ]; then
    echo "This machine lacks:$missing. Run this as root, or install them." >&2
    exit 1
  fi
  echo "Installing:$missing"
  apt-get update -qq
  packages=
  for wanted in $missing; do
    packages="$packages $(available "$wanted")"
  done
  # shellcheck disable=SC2086 # words
  DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends $packages >/dev/null
  missing=
}

# maven ARGUMENT...: runs it on this repository and leaves its files to the owner of the tree.
maven() {
  status=0
  # shellcheck disable=SC2154 # root: see above
  (cd "$root" && mvn -B -Dstyle.color=never "$@") || status=$?
  if [ "$(id -u)" = 0 ] && [ -e "$root/target" ]; then
    chown -R --reference="$root" "$root/target"
  fi
  return "$status"
}

# Builds what the launcher starts.
build() {
  echo "Building dmsnap, once"
  maven -q -DskipTests package
}
