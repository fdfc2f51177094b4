"""The terminal that the chat is on, whatever stdout is."""

from typing import TextIO

from shellmate.core.environment import Environment

TERMINAL = "/dev/tty"
DUMB = ("", "dumb", "unknown")


def can_move_its_cursor(env: Environment) -> bool:
    return env.variables.get("TERM", "") not in DUMB


def encoding_of(env: Environment) -> str:
    return getattr(env.stderr, "encoding", None) or "utf-8"


def open_output(env: Environment) -> TextIO | None:
    """The terminal to write to: stdout where it is one, else the process's own. None where there is none."""
    place, is_ours = (env.stdout.fileno(), False) if env.stdout_is_terminal else (TERMINAL, True)
    try:
        return open(place, "w", encoding=encoding_of(env), errors="replace", closefd=is_ours)
    except OSError:
        return None
