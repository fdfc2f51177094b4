"""What a question is asked with, and how long its answer takes."""

import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Wishes:
    """What the command line asks for beyond the settings; the code `refused` is no answer. With `continues` it goes on
    with the last answer of this terminal, with a `session` with that one, which may yet begin."""

    words: tuple[str, ...]
    language: str
    prompt: str
    refused: str = ""
    alternatives: int = 1
    explain: bool = False
    json: bool = False
    color: str = "auto"
    quiet: bool = False
    verbose: bool = False
    continues: bool = False
    session: str = ""


class Clock:
    """Seconds since the start: to the `first` piece, and in all."""

    def __init__(self, start: float):
        self.start, self.first = start, 0.0

    def note_first(self) -> None:
        self.first = self.first or time.perf_counter() - self.start

    def noting_first(self, pieces: Iterable[str]) -> Iterator[str]:
        for piece in pieces:
            self.note_first()
            yield piece

    def total(self) -> float:
        return time.perf_counter() - self.start
