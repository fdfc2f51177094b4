"""The clipboard of the terminal that the user sits at, across ssh too: OSC 52."""

from base64 import b64encode
from collections.abc import Iterator, Mapping

from shellmate.core.environment import Environment
from shellmate.core.errors import ShellmateError, UsageError
from shellmate.repl.tty import TERMINAL, can_move_its_cursor

MOST_BYTES = 74_994  # in base64 100,000 with what is around it, where many terminals stop
SCREEN_BYTES = 250  # GNU screen drops longer strings


def copy(env: Environment, text: str) -> None:
    """Ask the terminal to put the text on its clipboard; whether it does cannot be known.

    Raises ShellmateError for a text that is too long, UsageError where there is no terminal.
    """
    data = text.encode("utf-8", "replace")
    if len(data) > MOST_BYTES:
        raise ShellmateError(f"{len(data):,} bytes are too many for the clipboard of a terminal", "use /save FILE")
    _write(env, pass_through(f"\x1b]52;c;{b64encode(data).decode()}\a", env.variables))


def pass_through(sequence: str, variables: Mapping[str, str]) -> str:
    """The sequence as tmux or GNU screen hands it on to the terminal that it runs in."""
    if variables.get("TMUX"):
        doubled = sequence.replace("\x1b", "\x1b\x1b")
        return f"\x1bPtmux;{doubled}\x1b\\"
    if variables.get("STY") or variables.get("TERM", "").startswith("screen"):
        return "".join(f"\x1bP{part}\x1b\\" for part in _parts(sequence))
    return sequence


def _parts(sequence: str) -> Iterator[str]:
    for start in range(0, len(sequence), SCREEN_BYTES):
        yield sequence[start : start + SCREEN_BYTES]


def _write(env: Environment, sequence: str) -> None:
    if not can_move_its_cursor(env):
        raise UsageError("this terminal has no clipboard", "use /save FILE")
    if env.stdout_is_terminal:
        env.write(sequence)
        return
    try:
        with open(TERMINAL, "r+b", buffering=0) as terminal:
            terminal.write(sequence.encode())
    except OSError as error:
        raise UsageError("there is no terminal to ask for its clipboard", "use /save FILE") from error
