#!/bin/sh
# Check the shell scripts with shellcheck and shfmt. Where one is not installed that is said, and with CI=1 it is a fault.
set -eu
cd "$(dirname "$0")/.."
set -- scripts/*.sh .ci/run shellmate/shell/widget.bash
failed=0

has() {
    if command -v "$1" >/dev/null; then return 0; fi
    echo "$1 is not installed, so that the shell scripts are not checked by it (Debian, Ubuntu: apt install $1)" >&2
    if [ -n "${CI:-}" ]; then failed=1; fi
    return 1
}

if has shellcheck; then shellcheck "$@" || failed=1; fi
if has shfmt; then shfmt -i 4 -ci -d "$@" || failed=1; fi
exit "$failed"
