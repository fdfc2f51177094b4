"""The terminal that the chat is on, whatever stdout is."""

import termios
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
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


@contextmanager
def keeping_modes(terminal: int) -> Iterator[None]:
    """Whatever is run leaves the terminal as it was, as a shell sees to it."""
    before = termios.tcgetattr(terminal)
    try:
        yield
    finally:
        with suppress(termios.error):  # it has gone away
            termios.tcsetattr(terminal, termios.TCSADRAIN, before)


@contextmanager
def without_echo(env: Environment) -> Iterator[None]:
    """While an answer is written, what is typed waits for the next message and is not seen; Ctrl-C is still one."""
    if not env.stdin_is_terminal or env.stdin is None:
        yield
        return
    keys = env.stdin.fileno()
    with ExitStack() as stack:
        with suppress(termios.error):  # it has gone away
            stack.enter_context(keeping_modes(keys))
            modes = termios.tcgetattr(keys)
            modes[3] &= ~(termios.ECHO | termios.ICANON)
            termios.tcsetattr(keys, termios.TCSADRAIN, modes)
        yield
