"""What was typed before, in a file that several sessions append to and none rewrites.

The format is prompt_toolkit's own: for each message a line with the time, then its lines with a `+` in front.
"""

import os
from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import BinaryIO

from prompt_toolkit.history import History, InMemoryHistory, ThreadedHistory

from shellmate.core.errors import ShellmateError
from shellmate.core.paths import PRIVATE_FILE, make_private_directory, reason

MOST_ENTRIES = 10_000
MOST_BYTES = 16 * 2**20  # of the file, from its end
BLOCK = 2**18


class MessageHistory(ThreadedHistory):
    """Messages that begin with a blank are not kept. Without a file all are forgotten at the end."""

    def __init__(self, file: Path | None):
        self._file = HistoryFile(file) if file else None
        super().__init__(self._file or InMemoryHistory())

    @property
    def fault(self) -> str:
        """What is wrong with the file, as a sentence without a full stop; empty where nothing is known to be."""
        return self._file.fault if self._file else ""

    def append_string(self, string: str) -> None:
        if not string[:1].isspace():
            super().append_string(string)


class HistoryFile(History):
    """A file that cannot be used costs nothing but its content; `fault` says why."""

    def __init__(self, file: Path):
        super().__init__()
        self._file = file
        self.fault = ""
        self._append(b"")

    def load_history_strings(self) -> Iterable[str]:
        """The newest messages, the last one first."""
        try:
            with open(os.open(self._file, os.O_RDONLY | os.O_NONBLOCK), "rb") as file:
                for entry in islice(_entries(file), MOST_ENTRIES):
                    yield self._decode(entry)
        except OSError as error:
            self._note(f"the history {self._file} cannot be read: {reason(error)}")

    def store_string(self, string: str) -> None:
        lines = "".join(f"+{line}\n" for line in string.split("\n"))
        self._append(f"\n# {datetime.now()}\n{lines}".encode("utf-8", "replace"))

    def _append(self, data: bytes) -> None:
        """In one write, so that what other sessions append stays beside it. O_NONBLOCK is for a named pipe."""
        try:
            make_private_directory(self._file.parent)
            flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NONBLOCK
            file = os.open(self._file, flags, PRIVATE_FILE)
            try:
                os.write(file, data)
            finally:
                os.close(file)
        except (OSError, ShellmateError) as error:
            why = reason(error) if isinstance(error, OSError) else str(error)
            self._note(f"the history {self._file} cannot be written: {why}")

    def _decode(self, entry: bytes) -> str:
        text = entry.decode("utf-8", "replace")
        if "\ufffd" in text and text.encode() != entry:
            self._note(f"the history {self._file} is damaged: some of it is not UTF-8")
        return text

    def _note(self, fault: str) -> None:
        self.fault = self.fault or fault


def _entries(file: BinaryIO) -> Iterator[bytes]:
    lines: list[bytes] = []
    for line in _lines_backwards(file):
        if line.startswith(b"+"):
            lines.append(line[1:])
        elif lines:
            yield b"\n".join(reversed(lines))
            lines = []
    if lines:
        yield b"\n".join(reversed(lines))


def _lines_backwards(file: BinaryIO) -> Iterator[bytes]:
    """The lines without their line feeds, the last one first, so that little is read of a long file."""
    end = place = file.seek(0, os.SEEK_END)
    rest = b""
    while place > 0 and end - place < MOST_BYTES:
        size = min(BLOCK, place)
        place -= size
        file.seek(place)
        rest, *lines = (file.read(size) + rest).split(b"\n")
        yield from reversed(lines)
    if place == 0:
        yield rest
