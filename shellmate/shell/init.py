"""The widget of a shell, with the user's options filled in.

A shell waits for this each time it starts: nothing is imported here that Python has not loaded by itself.
"""

import os
from collections.abc import Mapping

from shellmate.shell.keys import write_key

SHELLS = ("bash", "zsh", "fish")
MOST_HISTORY = 50
# What completes shellmate: its name in completions/ of a checkout, and where it is installed below share/.
COMPLETIONS = {
    "bash": ("shellmate.bash", "bash-completion/completions/shellmate"),
    "zsh": ("_shellmate", "zsh/site-functions/_shellmate"),
    "fish": ("shellmate.fish", "fish/vendor_completions.d/shellmate.fish"),
}


def render_widget(
    shell: str, called: str, variables: Mapping[str, str], *, key: str, force: bool, keep_comment: bool, history: int
) -> str:
    """Code for `eval`. `called` is how shellmate was called, `key` as people write it, or empty for no key; `history`
    commands are handed over beside the last one. Raises ValueError for a key that there is not."""
    with open(os.path.join(os.path.dirname(__file__), f"widget.{shell}"), encoding="utf-8") as file:
        text = file.read()
    written = write_key(key, shell) if key else ""
    quoted = written if shell == "fish" else f"'{written}'"
    filled = {
        "PROGRAM": f"command {quote(find_program(called, variables), shell)}",
        "OPTIONS": " --keep-comment" if keep_comment else "",
        "HISTORY": str(history + 1),
        "FORCE": "yes" if force else "no",
        "COMMENTS": "setopt interactive_comments" if keep_comment else "",
        "BIND": f"_shellmate_bind {quoted} {quote(key, shell)}" if key else f"# no key: {shell} binds none",
        "COMPLETE": _write_completing(shell, find_completions(shell, called)),
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
    """The file that completes shellmate in that shell: a checkout's own, else the one that was installed with the
    program that was called so. Empty where there is none."""
    in_checkout, installed = COMPLETIONS[shell]
    checkout = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    prefix = os.path.dirname(os.path.dirname(os.path.realpath(called)))
    for file in (os.path.join(checkout, "completions", in_checkout), os.path.join(prefix, "share", installed)):
        if os.access(file, os.R_OK):
            return file
    return ""


def _write_completing(shell: str, file: str) -> str:
    if not file:
        return "# no completions: they are not where shellmate is installed"
    if shell == "bash":
        return f"# shellcheck source=/dev/null\n    . {quote(file, shell)}"
    return f"_shellmate_complete {quote(os.path.dirname(file), shell)}"


def quote(text: str, shell: str) -> str:
    """One word of the shell."""
    if text and all(c.isalnum() or c in "-_./" for c in text):
        return text
    escaped = text.replace("\\", "\\\\").replace("'", "\\'") if shell == "fish" else text.replace("'", "'\\''")
    return f"'{escaped}'"
