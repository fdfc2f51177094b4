"""Where shellmate keeps things: the XDG directories, each movable by an environment variable."""

import fcntl
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from glob import escape
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import BinaryIO

from shellmate.core.errors import ShellmateError
from shellmate.core.places import runtime_directory

PRIVATE_DIRECTORY = 0o700
PRIVATE_FILE = 0o600
_UNFINISHED = ".shellmate.new"


@dataclass(frozen=True)
class Paths:
    config: Path
    data: Path
    cache: Path
    state: Path
    runtime: Path

    @classmethod
    def of(cls, variables: Mapping[str, str]) -> "Paths":
        """SHELLMATE_{CONFIG,DATA,CACHE,STATE,RUNTIME}_DIR, or the user's own XDG directories. Raises ShellmateError
        where there is no home folder to have them in."""
        from platformdirs import PlatformDirs

        usual = PlatformDirs("shellmate", appauthor=False)

        def place(kind: str) -> Path:
            given = variables.get(f"SHELLMATE_{kind}_DIR")
            found = Path(given or getattr(usual, f"user_{kind.lower()}_dir")).expanduser()
            if not given and not found.is_absolute():
                raise RuntimeError(f"{found} is below no home folder")
            return found

        try:
            runtime = Path(runtime_directory(variables))
            return cls(place("CONFIG"), place("DATA"), place("CACHE"), place("STATE"), runtime)
        except RuntimeError as error:
            raise ShellmateError(
                "there is no home directory", 'set one, such as `export HOME="$(mktemp -d)"`'
            ) from error

    @property
    def config_file(self) -> Path:
        return self.config / "config.toml"

    @property
    def prompts(self) -> Path:
        return self.config / "prompts"

    @property
    def models(self) -> Path:
        return self.data / "models"

    @property
    def pages(self) -> Path:
        return self.cache / "pages.db"

    @property
    def kv(self) -> Path:
        return self.cache / "kv"


def make_private_directory(path: Path) -> Path:
    """The directory, made with mode 0700 where it was missing; one that is there keeps its mode.

    Raises ShellmateError where it cannot be made.
    """
    try:
        missing = [p for p in (path, *path.parents) if not p.exists()]
        for directory in reversed(missing):
            directory.mkdir(mode=PRIVATE_DIRECTORY, exist_ok=True)
    except OSError as error:
        raise ShellmateError(f"cannot make the directory {path}: {reason(error)}") from error
    return path


@contextmanager
def write_whole(path: Path, mode: int = PRIVATE_FILE) -> Iterator[BinaryIO]:
    """Write a file so that it appears whole or not at all: beside it, synced, renamed, removed on failure. What killed
    processes left of earlier attempts is removed.

    Raises OSError as the file system does.
    """
    _remove_unfinished(path)
    with _create_beside(path) as file:
        try:
            yield file
            file.flush()
            os.fsync(file.fileno())
            os.chmod(file.name, mode)
            os.replace(file.name, path)
        except BaseException:
            Path(file.name).unlink(missing_ok=True)
            raise


def _create_beside(path: Path) -> BinaryIO:
    """A new file, locked for as long as it is open, so that nobody takes it for one that a killed process left."""
    while True:
        file = NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", suffix=_UNFINISHED, delete=False)
        with suppress(OSError):
            fcntl.flock(file.fileno(), fcntl.LOCK_EX)
        if os.fstat(file.fileno()).st_nlink:
            return file  # type: ignore[return-value]
        file.close()  # it was taken for one before it was locked


def _remove_unfinished(path: Path) -> None:
    for unfinished in path.parent.glob(f".{escape(path.name)}.*{_UNFINISHED}"):
        with suppress(OSError):
            file = os.open(unfinished, os.O_RDONLY)
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                unfinished.unlink()
            finally:
                os.close(file)


def reason(error: OSError) -> str:
    """The operating system's words for an error, without numbers and paths."""
    return (error.strerror or str(error)).lower()
