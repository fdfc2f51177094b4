"""What can go wrong while a model is fetched, in words that say what to do."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from shellmate.core.errors import ModelError
from shellmate.core.paths import reason
from shellmate.models.words import megabytes

NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
NO_WRITING = {errno.EROFS, errno.EACCES, errno.EPERM, errno.ENOTDIR, errno.EEXIST, errno.EISDIR, errno.EIO}
ANOTHER_PLACE = "set SHELLMATE_DATA_DIR to a directory"


class SourceError(Exception):
    """One source cannot give the file; the next one is tried. The message is a clause without a full stop."""


def disk_full(directory: Path, needed: int = 0) -> ModelError:
    """The error for a disk (or quota, or file size limit) that has no room for `needed` more bytes."""
    room = f"free {megabytes(needed)}" if needed else "free some space"
    return ModelError(f"no room on the disk for {directory}", f"{room}, or {ANOTHER_PLACE} with room, and run it again")


def cannot_write(directory: Path, why: str) -> ModelError:
    return ModelError(f"cannot write in {directory}: {why}", f"make it writable, or {ANOTHER_PLACE} that is")


@contextmanager
def writing_in(directory: Path) -> Iterator[None]:
    """Turn the file system's refusals inside the block into a ModelError; other OSErrors pass."""
    try:
        yield
    except OSError as error:
        if error.errno in NO_ROOM:
            raise disk_full(directory) from error
        if error.errno in NO_WRITING:
            raise cannot_write(directory, reason(error)) from error
        raise


def need_room(directory: Path, needed: int) -> None:
    """Raises ModelError where the disk of an existing `directory` has fewer than `needed` bytes free."""
    from shutil import disk_usage

    free = disk_usage(directory).free
    if free < needed:
        raise ModelError(
            f"no room on the disk for {directory}: {megabytes(needed)} are needed, {megabytes(free)} are free",
            f"free {megabytes(needed - free)}, or {ANOTHER_PLACE} with room, and run it again",
        )
