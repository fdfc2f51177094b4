"""A place of the bench's own: nothing that is measured sees, or touches, what the user has, but the models."""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from shellmate.core.paths import Paths, make_private_directory
from shellmate.engine.binding import THREAD_VARIABLES

_PREFIX = "bench-"


@dataclass(frozen=True)
class Place:
    """`folder` is empty when it is opened and gone when it is closed; `variables` are those of the user."""

    folder: Path
    models: Path
    variables: Mapping[str, str]

    @property
    def paths(self) -> Paths:
        return Paths.of(self.variables_for())

    def variables_for(self, **settings: object) -> dict[str, str]:
        """The variables of a process with such settings and otherwise the defaults: it fetches nothing, keeps nothing
        outside of the folder, and asks no engine but its own."""
        theirs = {k: v for k, v in self.variables.items() if not k.startswith(("SHELLMATE_", "_SHELLMATE_"))}
        places = {"CONFIG": "config", "CACHE": "cache", "STATE": "state", "RUNTIME": "run"}
        own: dict[str, object] = {f"{kind}_DIR": self.folder / name for kind, name in places.items()}
        own |= {"DATA_DIR": self.models, "RESIDENT": "never", "OFFLINE": 1, "AUTO_PULL": 0, "LOG": 0, "KEEP_INPUT": 0}
        own |= {name.upper(): value for name, value in settings.items()}
        return THREAD_VARIABLES | theirs | {f"SHELLMATE_{name}": str(value) for name, value in own.items()}

    def make_scratch(self, files: Mapping[str, str]) -> Path:
        """A new folder with such files in it, by name."""
        scratch = Path(tempfile.mkdtemp(dir=self.folder, prefix="scratch-"))
        for name, text in files.items():
            file = scratch / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
        return scratch


@contextmanager
def open_place(paths: Paths, variables: Mapping[str, str]) -> Iterator[Place]:
    """A place below the user's cache, which is removed again, however this ends. What one that was killed has left
    there is removed as well. Raises ShellmateError and OSError where it cannot be made."""
    cache = make_private_directory(paths.cache.absolute())  # the processes work in other folders
    _sweep(cache)
    folder = Path(tempfile.mkdtemp(dir=cache, prefix=_PREFIX))
    lock = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield Place(folder, paths.data.absolute(), variables)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(lock)


def _sweep(cache: Path) -> None:
    for left in cache.glob(f"{_PREFIX}*"):
        with suppress(OSError):
            lock = os.open(left, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(left, ignore_errors=True)
            finally:
                os.close(lock)
