"""Answers that follow each other where no prompt stands between them, as in a file."""

from typing import Any, BinaryIO


class SpacedOutput:
    """A stdout with one empty line between what is written for one message and for the next."""

    def __init__(self, stream: BinaryIO):
        self._stream = stream
        self._has_begun = self._owes_line = False

    def begin_message(self) -> None:
        """What comes next is for another message."""
        self._owes_line = self._has_begun

    def write(self, data: bytes) -> None:
        if not data:
            return
        if self._owes_line:
            self._stream.write(b"\n")
        self._has_begun, self._owes_line = True, False
        self._stream.write(data)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)
