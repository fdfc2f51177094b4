"""Locks between processes; they end with the process that has them."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from enum import IntEnum
from pathlib import Path
from time import monotonic, sleep

from shellmate.core.paths import PRIVATE_FILE

_PAUSE = 0.01


class Hold(IntEnum):
    SHARED = fcntl.LOCK_SH
    ALONE = fcntl.LOCK_EX


@contextmanager
def locked(file: Path, hold: Hold, seconds: float) -> Iterator[None]:
    """Hold the lock, which many may share or one may hold alone, for as long as the block lasts. Raises
    TimeoutError where it is not to be had in so many seconds, OSError where the file cannot be opened."""
    lock = os.open(file, os.O_RDWR | os.O_CREAT, PRIVATE_FILE)
    try:
        deadline = monotonic() + seconds
        while not _take(lock, hold):
            if monotonic() > deadline:
                raise TimeoutError(f"{file} is locked")
            sleep(_PAUSE)
        yield
    finally:
        os.close(lock)


@contextmanager
def alone_in(directory: Path) -> Iterator[None]:
    """Keep out other processes that want to be alone in the directory, where its file system can lock. Raises OSError
    where it cannot be opened."""
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        with suppress(OSError):
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _take(lock: int, hold: Hold) -> bool:
    try:
        fcntl.flock(lock, hold | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
