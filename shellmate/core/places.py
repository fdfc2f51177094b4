"""Where a process finds others of its user's; no more is here, since the first thing it does may be to look."""

import os
from collections.abc import Mapping


def runtime_directory(variables: Mapping[str, str]) -> str:
    """Such that a shell can name it as well: widget.zsh does."""
    if given := variables.get("SHELLMATE_RUNTIME_DIR"):
        return os.path.expanduser(given)
    given = variables.get("XDG_RUNTIME_DIR")
    return f"{given}/shellmate" if given else f"/tmp/shellmate-{os.getuid()}"
