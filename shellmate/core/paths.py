"""Where shellmate keeps things: the XDG directories, each movable by an environment variable."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import BinaryIO

from shellmate.core.errors import ShellmateError
from shellmate.core.places import runtime_directory

PRIVATE_DIRECTORY = 0o700
PRIVATE_FILE = 0o600


@dataclass(frozen=True)
class Paths:
    config: Path
    data: Path
    cache: Path
    state: Path
    runtime: Path

    @classmethod
    def of(cls, variables: Mapping[str, str]) -> "Paths":
        """SHELLMATE_{CONFIG,DATA,CACHE,STATE,RUNTIME}_DIR, or the user's own XDG directories.

        Raises ShellmateError where those are in a home directory that nobody knows.
        """
        try:
            return cls._of(variables)
        except RuntimeError as error:  # HOME is not set, and the system does not know the user
            raise ShellmateError(
                "there is no home directory", 'set one, such as `export HOME="$(mktemp -d)"`'
            ) from error

    @classmethod
    def _of(cls, variables: Mapping[str, str]) -> "Paths":
        from platformdirs import PlatformDirs

        usual = PlatformDirs("shellmate", appauthor=False)

        def place(kind: str, default: str) -> Path:
            return Path(variables.get(f"SHELLMATE_{kind}_DIR") or default).expanduser()

        return cls(
            config=place("CONFIG", usual.user_config_dir),
            data=place("DATA", usual.user_data_dir),
            cache=place("CACHE", usual.user_cache_dir),
            state=place("STATE", usual.user_state_dir),
            runtime=Path(runtime_directory(variables)),
        )

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
    """Write a file so that it appears whole or not at all: beside it, synced, renamed, removed on failure.

    Raises OSError as the file system does.
    """
    with NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", suffix=".new", delete=False) as file:
        try:
            yield file  # type: ignore[misc]
            file.flush()
            os.fsync(file.fileno())
            os.chmod(file.name, mode)
            os.replace(file.name, path)
        except BaseException:
            Path(file.name).unlink(missing_ok=True)
            raise


def reason(error: OSError) -> str:
    """The operating system's words for an error, without numbers and paths."""
    return (error.strerror or str(error)).lower()
