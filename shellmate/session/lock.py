"""A lock between processes that many may share or one may hold alone; it ends with the process that has it."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
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
    """Hold the lock for as long as the block lasts. Raises TimeoutError where it is not to be had in so many seconds,
    OSError where the file cannot be opened."""
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


def _take(lock: int, hold: Hold) -> bool:
    try:
        fcntl.flock(lock, hold | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
