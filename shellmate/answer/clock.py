"""How long an answer takes."""

import time
from collections.abc import Iterable, Iterator


class Clock:
    """Seconds since the start: to the `first` piece, and in all."""

    def __init__(self) -> None:
        self.start, self.first = time.perf_counter(), 0.0

    def note_first(self) -> None:
        self.first = self.first or time.perf_counter() - self.start

    def noting_first(self, pieces: Iterable[str]) -> Iterator[str]:
        for piece in pieces:
            self.note_first()
            yield piece

    def total(self) -> float:
        return time.perf_counter() - self.start
