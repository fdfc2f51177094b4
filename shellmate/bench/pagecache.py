"""The pages of a file that the system keeps in memory."""

import ctypes
import mmap
import os
import time
from pathlib import Path

_COLD = 0.05  # the share of a file that may still be in memory: what was read ahead of other files' ends, say
_TRIES, _PAUSE = 3, 0.5  # seconds: a process that has just ended may take a moment to let go
_PIECE = 1 << 22  # bytes read at a time


def drop_pages(file: Path) -> bool:
    """Have a file's pages leave memory; whether they have. Those that a process has mapped stay, and nothing is known
    of those of a file that is not the user's. Raises OSError where it cannot be read."""
    if not hasattr(os, "posix_fadvise"):
        return False
    descriptor = os.open(file, os.O_RDONLY)
    try:
        for attempt in range(_TRIES):
            time.sleep(_PAUSE if attempt else 0)
            os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
            if share_in_memory(file) <= _COLD:
                return True
        return False
    finally:
        os.close(descriptor)


def fill_pages(file: Path) -> None:
    """Have all of a file in memory, if there is room. Raises OSError where it cannot be read."""
    buffer = bytearray(_PIECE)
    with file.open("rb", buffering=0) as stream:
        while stream.readinto(buffer):
            pass


def share_in_memory(file: Path) -> float:
    """Which part of a file's pages is in memory, from 0 to 1; 1 where the system does not say."""
    try:
        mincore = ctypes.CDLL(None, use_errno=True).mincore
        with file.open("rb") as stream, mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_COPY) as mapped:
            pages = (ctypes.c_ubyte * -(-len(mapped) // mmap.PAGESIZE))()
            start = ctypes.c_char.from_buffer(mapped)
            failed = mincore(ctypes.c_void_p(ctypes.addressof(start)), ctypes.c_size_t(len(mapped)), pages)
            del start  # it would keep the mapping from being closed
    except (OSError, AttributeError, ValueError):
        return 1.0
    return 1.0 if failed else 1 - bytes(pages).count(0) / len(pages)
