"""A resident model as the settings have it."""

import os
from collections.abc import Callable
from pathlib import Path

from shellmate.engine.contexts import Limits
from shellmate.engine.cores import physical_cores
from shellmate.engine.loading import ModelLoader
from shellmate.engine.local import LocalEngine
from shellmate.engine.shared import SharedModel
from shellmate.models.store import ModelFile
from shellmate.resident.pool import ResidentModel


def open_model(
    find_file: Callable[[], ModelFile], kv: Path, limits: Limits, seats: int, verbose: bool
) -> ResidentModel:
    """The model with so many seats; its loading goes on beside. Raises as `find_file` does."""
    file = find_file()
    shared = SharedModel(ModelLoader(file.path, verbose), limits.threads or physical_cores(), seats)
    before = _stamp(file.path)

    def open_engine(**given: object) -> LocalEngine:
        return LocalEngine(file, kv, limits, **given)  # type: ignore[arg-type]

    return ResidentModel(shared, open_engine, lambda: _stamp(file.path) == before)


def _stamp(path: Path) -> tuple[int, ...]:
    """Another one when the file is another."""
    try:
        status = os.stat(path)
    except OSError:
        return ()
    return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns
