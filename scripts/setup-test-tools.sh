#!/bin/sh
# Installs what the tests use beside Node, on Debian and its relatives: shells, awks, HTTP clients, ShellCheck, a browser.
#
#   scripts/setup-test-tools.sh            install what is missing; needs root
#   scripts/setup-test-tools.sh --check    only print what is missing; exit 1 when something is
#
# Without root, or without apt-get, it prints what is missing and exits 0: the tests then skip what they
# cannot run, or fail under CI=true and say which tool they lack.
set -eu

# command:package, since they differ. The awks and shells are the ones that job images ship.
wanted="
  awk:mawk
  bash:bash
  busybox:busybox
  chromium:chromium
  curl:curl
  dash:dash
  fish:fish
  gawk:gawk
  git:git
  mawk:mawk
  original-awk:original-awk
  python3:python3
  rsync:rsync
  shellcheck:shellcheck
  wget:wget
  zsh:zsh
"

missing_packages() {
  for pair in $wanted; do
    command -v "${pair%%:*}" >/dev/null 2>&1 || printf '%s\n' "${pair##*:}"
  done
  # pip may be there for a Python that is not Debian's, or not be there for one that is: ask Python itself.
  python3 -m pip --version >/dev/null 2>&1 || printf '%s\n' python3-pip
}

# One line: it becomes the arguments of apt-get.
missing=$(missing_packages | sort -u | tr '\n' ' ')
missing=${missing% }

if [ -z "$missing" ]; then
  echo "test tools: all present"
  exit 0
fi

if [ "${1:-}" = --check ]; then
  echo "test tools missing: $missing"
  exit 1
fi

if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null 2>&1; then
  echo "test tools missing: $missing" >&2
  echo "install them as root: apt-get install $missing" >&2
  exit 0
fi

echo "test tools: installing $missing"
export DEBIAN_FRONTEND=noninteractive
# A clean image has no package lists; a warm one may have all it needs already.
# shellcheck disable=SC2086 # a list of package names
apt-get install -y -qq --no-install-recommends $missing >/dev/null 2>&1 || {
  apt-get update -qq
  # shellcheck disable=SC2086 # a list of package names
  apt-get install -y -qq --no-install-recommends $missing >/dev/null
}
echo "test tools: done"
