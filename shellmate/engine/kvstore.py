"""The KV states on disk, in diskcache: bounded in size, the least recently used go first."""

import mmap
import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager, suppress
from pathlib import Path
from typing import Any

import diskcache
from diskcache.core import MODE_BINARY

from shellmate.core.errors import ShellmateError
from shellmate.core.lock import Hold, locked
from shellmate.core.paths import make_private_directory
from shellmate.core.sqlitefile import find_damage, is_busy, open_unchanged
from shellmate.engine.blob import Frame, PrimedPrompt, pack, unpack
from shellmate.engine.kept import INDEX

_BUSY_SECONDS = 5
_FAULTS = (OSError, sqlite3.Error, diskcache.Timeout)


class BytesDisk(diskcache.Disk):  # type: ignore[misc]
    """Keys are text, values bytes in files of their own; what else is found there is refused, pickles above all."""

    def put(self, key: Any) -> tuple[Any, bool]:
        if not isinstance(key, str):
            raise TypeError("keys are text")
        return key, True

    def get(self, key: Any, raw: bool) -> Any:
        if not raw:
            raise ValueError("a foreign key")
        return key

    def store(self, value: Any, read: bool, key: Any = None) -> Any:
        if not isinstance(value, bytes):
            raise TypeError("values are bytes")
        name, path = self.filename(key, value)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        self.written = name
        with open(path, "xb") as file:
            file.write(value)
        return len(value), MODE_BINARY, name, None

    def fetch(self, mode: int, filename: str | None, value: Any, read: bool) -> Any:
        if mode != MODE_BINARY or not filename:
            raise ValueError("a foreign value")
        return super().fetch(mode, filename, value, read)


class KVStore:
    """A store that cannot be opened, read or written is a store without the entry: nothing here ends an answer."""

    def __init__(self, directory: Path, size_limit: int):
        """`size_limit` is in bytes. Raises ShellmateError where the directory cannot be used at all."""
        self._directory = make_private_directory(directory)
        try:
            with _private_files():
                self._cache = self._open(size_limit)
        except (*_FAULTS, ValueError) as error:
            raise ShellmateError(f"the KV store in {directory} cannot be used: {error}") from error

    def _open(self, size_limit: int) -> diskcache.Cache:
        settings = {
            "disk": BytesDisk,
            "disk_min_file_size": 0,
            "size_limit": size_limit,
            "eviction_policy": "least-recently-used",
            "cull_limit": 2,  # gone at once where there is no room; diskcache's own 10 would empty the whole store
            "timeout": _BUSY_SECONDS,
        }
        try:
            return diskcache.Cache(str(self._directory), **settings)
        except sqlite3.DatabaseError as error:
            if isinstance(error, sqlite3.OperationalError):
                raise
            # The index is no database any more. It is a cache: begin anew.
            self._remove_index()
            return diskcache.Cache(str(self._directory), **settings)

    @contextmanager
    def read(self, key: str) -> Iterator[PrimedPrompt | None]:
        """What is kept under a key, mapped for as long as the block lasts, or None where there is nothing sound."""
        try:
            file = self._cache.get(key, read=True)
        except (*_FAULTS, ValueError, TypeError):
            file = None
        if file is None:
            yield None
            return
        with file:
            try:
                mapped = mmap.mmap(file.fileno(), 0, flags=mmap.MAP_PRIVATE, prot=mmap.PROT_READ | mmap.PROT_WRITE)
            except (OSError, ValueError):
                yield None
                return
            blob = memoryview(mapped)
            primed = unpack(key, blob)
            try:
                yield primed
            finally:
                with suppress(BufferError):
                    if primed is not None:
                        primed.state.release()
                    blob.release()
                    mapped.close()

    def write(self, key: str, frame: Frame, state: bytes | bytearray) -> bool:
        """Keep a primed prompt; False where the disk would not have it."""
        try:
            with _private_files(), self._writing(Hold.SHARED):
                return self._write(key, pack(key, frame, state))
        except _FAULTS:
            return False

    def _write(self, key: str, blob: bytes) -> bool:
        disk = self._cache.disk
        disk.written = ""
        try:
            return bool(self._cache.set(key, blob))
        except BaseException:
            if disk.written:
                disk.remove(disk.written)  # the index knows nothing of it
            raise

    @contextmanager
    def priming(self) -> Iterator[None]:
        """Held by the one process that primes; another waits here and then finds the state in the store."""
        from filelock import FileLock

        with FileLock(self._directory / "priming.lock", mode=0o600):
            with suppress(*_FAULTS):
                self._remove_unknown()
            yield

    def info(self) -> tuple[int, int]:
        """How many states are kept, in how many bytes."""
        try:
            return len(self._cache), sum(f.stat().st_size for f in self._directory.rglob("*.val"))
        except _FAULTS as error:
            raise ShellmateError(f"the KV store cannot be read: {error}", "run `shellmate cache clear`") from error

    def clear(self) -> int:
        """Forget everything, with an index that is damaged, and what such a one has left behind; how many states that
        were."""
        try:
            if self._is_damaged():
                self._cache.close()
                self._remove_index()
                self._remove_values(lambda name: True)
                return 0
            count = int(self._cache.clear())
            self._remove_unknown()
            return count
        except _FAULTS as error:
            raise ShellmateError(f"the KV store cannot be cleared: {error}") from error

    def _is_damaged(self) -> bool:
        try:
            with open_unchanged(self._directory / INDEX) as connection:
                return bool(find_damage(connection))
        except sqlite3.DatabaseError as error:
            return not is_busy(error)

    def _remove_index(self) -> None:
        for file in self._directory.glob(f"{INDEX}*"):
            file.unlink(missing_ok=True)

    def _remove_unknown(self) -> None:
        """Remove the values that are not in the index: a process was killed before they were, or when they no longer
        were. Raises TimeoutError where others write all the time."""
        with self._writing(Hold.ALONE), closing(sqlite3.connect(self._directory / INDEX)) as index:
            known = {name for (name,) in index.execute("SELECT filename FROM Cache")}
            self._remove_values(lambda name: name not in known)

    def _remove_values(self, is_unwanted: Callable[[str], bool]) -> None:
        for file in self._directory.rglob("*.val"):
            if is_unwanted(str(file.relative_to(self._directory))):
                file.unlink(missing_ok=True)

    def _writing(self, hold: Hold) -> AbstractContextManager[None]:
        """Who writes a value shares it until that is in the index."""
        return locked(self._directory / "writing.lock", hold, _BUSY_SECONDS)

    def close(self) -> None:
        with suppress(*_FAULTS):
            self._cache.close()


def open_store(directory: Path, size_limit: int, say: Callable[[str], None]) -> KVStore | None:
    """The store, or None where it cannot be used, which is said: an answer without it is slow, and still an answer."""
    try:
        return KVStore(directory, size_limit)
    except ShellmateError as error:
        say(f"shellmate: {error}; the prompt is evaluated afresh each time")
        return None


@contextmanager
def _private_files() -> Iterator[None]:
    old = os.umask(0o077)
    try:
        yield
    finally:
        os.umask(old)
