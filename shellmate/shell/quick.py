"""`shellmate init SHELL` without click, which alone takes longer than a shell's start should be held up.

What is out of the ordinary (a wrong option, settings in a file) is left to cli/init.py, which does the same and says
what is wrong.
"""

import os
import sys
from collections.abc import Mapping, Sequence

from shellmate.shell.init import MOST_HISTORY, SHELLS, render_widget

FLAGS = {"--force": "force", "--keep-comment": "keep_comment"}
VALUES = {"--key": "key", "--history": "history"}
SETTINGS = ("key", "keep_comment", "history")  # a setting of the same name may come from a variable or the file


def render_plain(arguments: Sequence[str], variables: Mapping[str, str]) -> str | None:
    """What `shellmate init` with these arguments prints, or None where it is not as plain as that."""
    if not arguments or arguments[0] not in SHELLS or _is_configured(variables):
        return None
    options: dict[str, object] = {
        "key": variables.get("SHELLMATE_KEY", "alt-m"),
        "force": False,
        "keep_comment": False,
        "history": "0",
    }
    rest = list(arguments[1:])
    while rest:
        option = rest.pop(0)
        if option in FLAGS:
            options[FLAGS[option]] = True
        elif option in VALUES and rest:
            options[VALUES[option]] = rest.pop(0)
        else:
            return None
    history = str(options["history"])
    if not (history.isascii() and history.isdigit() and int(history) <= MOST_HISTORY):
        return None
    try:
        return render_widget(arguments[0], sys.argv[0], variables, **{**options, "history": int(history)})  # type: ignore[arg-type]
    except ValueError:
        return None


def _is_configured(variables: Mapping[str, str]) -> bool:
    """Whether a variable or a file may say more than the key."""
    if any(f"SHELLMATE_{name.upper()}" in variables for name in SETTINGS[1:]):
        return True
    home = os.path.expanduser("~")
    folders = (
        variables.get("SHELLMATE_CONFIG_DIR", ""),
        os.path.join(variables.get("XDG_CONFIG_HOME") or os.path.join(home, ".config"), "shellmate"),
        os.path.join(home, "Library", "Application Support", "shellmate"),
    )
    return any(_speaks_of_init(os.path.join(os.path.expanduser(folder), "config.toml")) for folder in folders if folder)


def _speaks_of_init(path: str) -> bool:
    try:
        with open(path, "rb") as file:
            text = file.read()
    except OSError:
        return False
    return any(name.encode() in text for name in SETTINGS)
