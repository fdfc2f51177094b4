"""The widget of a shell, with the user's options filled in.

A shell waits for this each time it starts: nothing is imported here that Python has not loaded by itself.
"""

import os
import sys
from collections.abc import Mapping

from shellmate.shell.keys import write_key

SHELLS = ("bash", "zsh", "fish")
# What completes shellmate at TAB: in a checkout, and where a wheel puts it.
COMPLETIONS = {
    "bash": ("completions/shellmate.bash", "share/bash-completion/completions/shellmate"),
    "zsh": ("completions/_shellmate", "share/zsh/site-functions/_shellmate"),
    "fish": ("completions/shellmate.fish", "share/fish/vendor_completions.d/shellmate.fish"),
}
MOST_HISTORY = 50


def render_widget(
    shell: str,
    program: str,
    *,
    key: str,
    force: bool = False,
    keep_comment: bool = False,
    history: int = 0,
    completions: str = "",
) -> str:
    """Code for `eval`. `program` is how shellmate is called, `key` as people write it, or empty for no key; `history`
    commands are handed over beside the last one; `completions` is the file that completes shellmate, or empty for none.
    Raises ValueError for a key that there is not."""
    with open(os.path.join(os.path.dirname(__file__), f"widget.{shell}"), encoding="utf-8") as file:
        text = file.read()
    written = write_key(key, shell) if key else ""
    quoted = written if shell == "fish" else f"'{written}'"
    filled = {
        "PROGRAM": f"command {quote(program, shell)}",
        "NAME": quote(program, shell),
        "OPTIONS": " --keep-comment" if keep_comment else "",
        "HISTORY": str(history + 1),
        "FORCE": "yes" if force else "no",
        "COMMENTS": "setopt interactive_comments" if keep_comment else "",
        "COMPLETE": f"_shellmate_complete {quote(completions, shell)}" if completions else "# no completions are here",
        "BIND": f"_shellmate_bind {quoted} {quote(key, shell)}" if key else f"# no key: {shell} binds none",
    }
    for name, value in filled.items():
        text = text.replace(f"@{name}@", value)
    return text


def find_program(called: str, variables: Mapping[str, str]) -> str:
    """How a shell calls the program that was called so: by its name where that finds it, else by its path."""
    if os.path.basename(called) != "shellmate":
        return "shellmate"
    for folder in variables.get("PATH", "").split(os.pathsep):
        found = os.path.join(folder, "shellmate")
        if folder and os.access(found, os.X_OK):
            return "shellmate" if os.path.realpath(found) == os.path.realpath(called) else os.path.abspath(called)
    return os.path.abspath(called)


def find_completions(shell: str, called: str) -> str:
    """The file that completes the program that was called so; empty where it is not installed."""
    checkout = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    installed = os.path.dirname(os.path.dirname(os.path.realpath(called)))
    in_checkout, in_share = COMPLETIONS[shell]
    places = (f"{checkout}/{in_checkout}", f"{installed}/{in_share}", f"{sys.prefix}/{in_share}")
    return next((place for place in places if os.path.exists(place)), "")


def quote(text: str, shell: str) -> str:
    """One word of the shell."""
    if text and all(c.isalnum() or c in "-_./" for c in text):
        return text
    escaped = text.replace("\\", "\\\\").replace("'", "\\'") if shell == "fish" else text.replace("'", "'\\''")
    return f"'{escaped}'"
