"""Run a command while holding a lock, so that two makes at once do their installing one after the other.

Usage: locked.py COMMAND [ARGUMENT]...
"""

import fcntl
import os
import subprocess
import sys
from pathlib import Path


def main() -> int:
    # Old Pythons come this far, so this file has only what they read.
    if sys.version_info < (3, 11):
        version = ".".join(map(str, sys.version_info[:2]))
        sys.exit("shellmate needs Python 3.11 or newer, and this is " + version + "; try: make PYTHON=python3.12")
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "shellmate-build"
    cache.mkdir(parents=True, exist_ok=True)
    with (cache / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            sys.stderr.write("waiting for another installation to end\n")
            sys.stderr.flush()
            fcntl.flock(lock, fcntl.LOCK_EX)
        return subprocess.call(sys.argv[1:], env=dict(os.environ, SHELLMATE_BUILD_CACHE=str(cache)))


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
