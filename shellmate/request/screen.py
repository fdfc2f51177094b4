"""What the last command printed, read off the terminal's screen: a shell does not keep it, tmux does."""

import subprocess
from collections.abc import Mapping

SECONDS = 2
LINES = "-500"  # of the screen's past


def read_output(command: str, variables: Mapping[str, str]) -> str:
    """What stands on the screen of this tmux pane behind the last line that ends with a command, up to the line that
    asks about it; empty outside of tmux, and where the command is not there."""
    pane = variables.get("TMUX_PANE")
    if not pane or not variables.get("TMUX"):
        return ""
    try:
        done = subprocess.run(
            ["tmux", "capture-pane", "-p", "-J", "-S", LINES, "-t", pane],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=SECONDS,
            env=dict(variables),
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return find_output(command, done.stdout.decode("utf-8", "replace").splitlines())


def find_output(command: str, lines: list[str]) -> str:
    """The lines of a screen behind the last one that ends with the command; the last one that is not empty is the
    question about it, and none of them."""
    lines = [line.rstrip() for line in lines]
    while lines and not lines[-1]:
        lines.pop()
    end = len(lines) - 1
    begins = [at for at, line in enumerate(lines[:end]) if line.endswith(command.strip())]
    return "\n".join(lines[begins[-1] + 1 : end]).strip() if command.strip() and begins else ""
