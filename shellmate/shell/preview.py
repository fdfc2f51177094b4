"""One dim line for people while a widget works, on the terminal itself: the shell's own line stays as it is.

Every shell redraws its line in its own way and none of them knows of what is written here, so nothing may be left
behind: each text overwrites the one before, and the last act is to erase it.
"""

import os
import select
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import BinaryIO

from shellmate.answer.showing.sanitise import make_visible
from shellmate.core.environment import Environment
from shellmate.core.process import open_terminal

REDRAWN_EVERY = 0.04  # seconds; a text that comes faster is shown in part, later
READ_FOR = 4.0  # seconds that a message stays where no key is pressed
# IND scrolls where the cursor is in the last line, and keeps its column: room below, and the cursor back in place.
_MAKE_ROOM, _BELOW, _BACK = "\x1bD\x1b[A", "\x1b7\x1b[B\r\x1b[K", "\x1b8"
_INLINE = "\r\x1b[K"
_DIM, _PLAIN = "\x1b[2m", "\x1b[0m"


class Preview:
    """`below` shows the line under the cursor's, else in its place. Without a terminal nothing is shown, and on a dumb
    one, or where `is_covered` says that the shell has text in that line, only messages are, in lines of their own."""

    def __init__(self, env: Environment, below: bool, is_covered: bool = False):
        self._terminal = _open()
        self._is_plain = is_covered or env.variables.get("TERM", "dumb") == "dumb"
        self._begin, self._end = (_BELOW, _BACK) if below else (_INLINE, "")
        self._dim, self._plain = (_DIM, _PLAIN) if env.colours("auto", True) else ("", "")
        self._shown, self._shown_at = "", 0.0
        if below and not self._is_plain:
            self._write(_MAKE_ROOM)

    def show(self, text: str, at_once: bool = False) -> None:
        """The text in one line, cut to the terminal's width."""
        now = time.monotonic()
        if self._terminal is None or self._is_plain or (not at_once and now - self._shown_at < REDRAWN_EVERY):
            return
        line = _cut(make_visible(" ".join(text.split())), self._width() - 1)
        if line != self._shown:
            self._write(f"{self._begin}{self._dim}{line}{self._plain}{self._end}")
            self._shown, self._shown_at = line, now

    def say(self, message: str, mend: str) -> None:
        """Show what went wrong until a key is pressed, which is the shell's to read, or for a while. Where there is not
        room for both, what mends it stays whole."""
        whole = f"{message}; {mend}" if mend else message
        if self._is_plain:
            self._write(f"\r\n{make_visible(whole)}\r\n")
            return
        room = self._width() - 1
        if mend and len(whole) > room:
            whole = f"{_cut(message, max(20, room - len(mend) - 6))} ...; {mend}"
        self.show(whole, at_once=True)
        if self._terminal is not None:
            select.select([self._terminal], [], [], READ_FOR)

    @contextmanager
    def progress(self, what: str, total: int, unit: str, announce: bool = True) -> Iterator[Callable[[int], None]]:
        """Yield a function that is told how much more is done; as core.progress.progress."""
        done = 0

        def advance(more: int) -> None:
            nonlocal done
            done += more
            self.show(f"{what}, {100 * done // max(total, 1)} %")

        self.show(f"{what} ...", at_once=announce)
        yield advance

    def clear(self) -> None:
        """Erase it."""
        if self._terminal is not None and self._shown:
            self._write(f"{self._begin}{self._end}")
            self._shown = ""

    def _width(self) -> int:
        try:
            return os.get_terminal_size(self._terminal.fileno()).columns if self._terminal else 80
        except OSError:
            return 80

    def _write(self, text: str) -> None:
        try:
            if self._terminal:
                self._terminal.write(text.encode("utf-8", "replace"))
        except OSError:
            self._terminal = None  # it has gone away


def _open() -> BinaryIO | None:
    try:
        return open(open_terminal(), "r+b", buffering=0)
    except OSError:
        return None


def _cut(line: str, width: int) -> str:
    """As much of the line as fits into so many columns."""
    from wcwidth import wcwidth

    columns = 0
    for place, character in enumerate(line):
        columns += max(0, wcwidth(character))
        if columns > width:
            return line[:place]
    return line
