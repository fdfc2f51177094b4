"""The KV states on disk, for whoever only looks: nothing is written, not even when a state was last used."""

import mmap
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path

from shellmate.core.errors import ShellmateError
from shellmate.core.sqlitefile import find_damage, is_busy, open_unchanged
from shellmate.engine.blob import HEADER_SIZE, Frame, PrimedPrompt, is_whole, unpack

INDEX = "cache.db"  # diskcache's


@dataclass(frozen=True)
class KeptState:
    """A state that the index knows: its key (64 hex digits) and its file."""

    key: str
    file: Path

    def is_whole(self) -> bool:
        """Whether the file is that of the key and has all of its bytes. Reads its beginning."""
        try:
            with self.file.open("rb") as file:
                return is_whole(self.key, file.read(HEADER_SIZE), self.file.stat().st_size)
        except (OSError, ValueError):
            return False

    def is_sound(self) -> bool:
        """Whether its checksum is right. Reads all of it."""
        try:
            with _mapped(self.file) as blob:
                primed = unpack(self.key, blob)
                if primed:
                    primed.state.release()
                return primed is not None
        except (OSError, ValueError):
            return False


@dataclass(frozen=True)
class KeptStates:
    """A store's directory as the index has it; `orphans` are the files of states that the index does not know."""

    states: tuple[KeptState, ...]
    orphans: tuple[Path, ...]

    @property
    def bytes(self) -> int:
        """Of all files."""
        return sum(_size_of(file) for file in (*(state.file for state in self.states), *self.orphans))

    @contextmanager
    def read(self, key: str) -> Iterator[PrimedPrompt | None]:
        """As `KVStore.read`."""
        state = next((state for state in self.states if state.key == key), None)
        if state is None or not state.is_sound():
            yield None
            return
        with _mapped(state.file) as blob:
            primed = unpack(key, blob)
            try:
                yield primed
            finally:
                if primed:
                    primed.state.release()

    def write(self, key: str, frame: Frame, state: object) -> bool:
        """Nothing is kept, which is as it should be."""
        return True

    def priming(self) -> "nullcontext[None]":
        """Nobody need wait for what is not kept."""
        return nullcontext()

    def close(self) -> None:
        """There is nothing open."""


def read_kept(directory: Path) -> KeptStates:
    """What is in a store's directory, which may be missing. Raises ShellmateError where the index is damaged, and
    sqlite3.Error where another process has it for itself."""
    files = set(directory.rglob("*.val"))
    index = directory / INDEX
    if not index.exists():
        return KeptStates((), tuple(sorted(files)))
    try:
        with open_unchanged(index) as connection:
            if damage := find_damage(connection):
                raise ShellmateError(damage)
            rows = connection.execute("SELECT key, filename FROM Cache").fetchall()
    except sqlite3.Error as error:
        if is_busy(error):
            raise
        raise ShellmateError(str(error)) from error
    states = tuple(KeptState(str(key), directory / str(name)) for key, name in rows)
    return KeptStates(states, tuple(sorted(files - {state.file for state in states})))


@contextmanager
def _mapped(file: Path) -> Iterator[memoryview]:
    with file.open("rb") as opened:
        mapped = mmap.mmap(opened.fileno(), 0, flags=mmap.MAP_PRIVATE, prot=mmap.PROT_READ | mmap.PROT_WRITE)
    with mapped, memoryview(mapped) as blob:
        yield blob


def _size_of(file: Path) -> int:
    try:
        return file.stat().st_size
    except OSError:
        return 0
