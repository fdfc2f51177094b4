"""Which files have been hashed already, so that a start does not read half a gigabyte to know its model.

A stamp holds a file's size, modification time and inode with its SHA-256. It stands for the bytes as long as
all three are the same. The stamps are one small JSON object in the cache: losing it costs one hash a file.
"""

import json
from pathlib import Path
from typing import Any

from shellmate.core.paths import Paths, make_private_directory, write_whole

Stamp = tuple[int, int, int]  # bytes, nanoseconds, inode


def stamp_of(file: Path) -> Stamp:
    """The file's stamp now; links are followed. Raises OSError."""
    status = file.stat()
    return status.st_size, status.st_mtime_ns, status.st_ino


def recall_digest(file: Path, paths: Paths) -> str | None:
    """The SHA-256 (hex) that was remembered for the file, if its stamp still fits. Raises OSError without a file."""
    remembered = _load(paths).get(str(file))
    if isinstance(remembered, list) and len(remembered) == 4 and tuple(remembered[:3]) == stamp_of(file):
        return str(remembered[3])
    return None


def remember_digest(file: Path, stamp: Stamp, digest: str, paths: Paths) -> None:
    """Remember a digest with the stamp that the file had before it was read.

    Two processes that remember at once may lose one of the two, which costs one more hash; a cache that cannot
    be written is no reason to fail.
    """
    stamps = {name: entry for name, entry in _load(paths).items() if Path(name).exists()}
    _save(stamps | {str(file): [*stamp, digest]}, paths)


def forget_digest(file: Path, paths: Paths) -> None:
    """Forget what was remembered for the file, if anything was."""
    stamps = _load(paths)
    if stamps.pop(str(file), None) is not None:
        _save(stamps, paths)


def _stamps_file(paths: Paths) -> Path:
    return paths.cache / "models.json"


def _load(paths: Paths) -> dict[str, list[Any]]:
    try:
        stamps = json.loads(_stamps_file(paths).read_bytes())
    except (OSError, ValueError, RecursionError):
        return {}
    return stamps if isinstance(stamps, dict) else {}


def _save(stamps: dict[str, list[Any]], paths: Paths) -> None:
    from shellmate.core.errors import ShellmateError

    try:
        make_private_directory(paths.cache)
        with write_whole(_stamps_file(paths)) as new:
            new.write(json.dumps(stamps, indent=1).encode())
    except (OSError, ShellmateError):
        pass
