"""What a shell itself, without anybody's start files, has bound to a key."""

import os
import re
import subprocess
from collections.abc import Mapping

from shellmate.shell.keys import write_key

_SECONDS = 2.0
_NOWHERE = "/dev/null/none"  # no shell can make a directory there
_FREE = ("undefined-key", "_shellmate_widget")


def bound_by_default(shell: str, program: str, key: str, variables: Mapping[str, str]) -> str:
    """The name of what is bound, and would be left alone; empty for nothing.

    bash's own bindings count where the user has a file for readline, which it is told of; those of fish never do, since
    it makes them later than its start files are read.
    """
    if shell == "fish":
        return ""
    written = write_key(key, shell)
    if shell == "zsh":
        said = _ask([program, "-f", "-c", 'for m in emacs viins vicmd; do bindkey -M $m -- "$1"; done', "-", written])
        names = [line.rpartition(" ")[2] for line in said.splitlines()]
    else:
        home = variables.get("HOME", "")
        inputrc = variables.get("INPUTRC") or f"{home}/.inputrc"
        if not os.path.exists(inputrc):
            return ""
        maps = "for m in emacs-standard vi-insert vi-command; do bind -m $m -p; bind -m $m -s; bind -m $m -X; done"
        said = _ask([program, "--norc", "--noprofile", "-c", maps], INPUTRC=inputrc)
        names = re.findall(rf'^"{re.escape(written)}":? (.+)$', said, re.MULTILINE)
    return next((name.strip("\"'") for name in names if name not in _FREE), "")


def version_of(program: str) -> str:
    """The version of a shell, such as 5.2.15; empty where it does not say."""
    found = re.search(r"\d+(?:\.\d+)+", _ask([program, "--version"]))
    return found[0] if found else ""


def _ask(command: list[str], **variables: str) -> str:
    """What a shell says that finds nothing of the user's, nor a place to keep anything."""
    nowhere = dict.fromkeys(("HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME", "ZDOTDIR"), _NOWHERE)
    environment = {"PATH": os.defpath, "TERM": "dumb", "LC_ALL": "C", **nowhere, **variables}
    try:
        done = subprocess.run(
            command, env=environment, stdin=subprocess.DEVNULL, capture_output=True, timeout=_SECONDS, cwd="/"
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.decode("utf-8", "replace")
