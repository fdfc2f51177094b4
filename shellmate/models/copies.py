"""Copies that other programs keep on this machine: Hugging Face's cache, Ollama's blobs, LM Studio's folder."""

import os
from collections.abc import Iterator
from pathlib import Path
from tempfile import mktemp

from shellmate.core.environment import Environment
from shellmate.core.paths import reason, write_whole
from shellmate.core.progress import progress
from shellmate.models.catalogue import Model
from shellmate.models.faults import SourceError, need_room, writing_in
from shellmate.models.installed import hash_stream
from shellmate.models.words import megabytes, short_on_a_terminal

FICLONE = 0x40049409  # Linux: share the blocks of another file until either is written to
SYSTEM_OLLAMA = (Path("/usr/share/ollama/.ollama/models"), Path("/var/lib/ollama/models"))


def find_copies(model: Model, env: Environment) -> Iterator[Path]:
    """The files here that should be the model, links resolved: those with exactly its size."""
    seen = set()
    for candidate in _candidates(model, env):
        try:
            path = candidate.resolve()
            if path in seen or not path.is_file() or path.stat().st_size != model.bytes:
                continue
        except (OSError, RuntimeError):  # not for us to read, or links in a circle
            continue
        seen.add(path)
        yield path


def _candidates(model: Model, env: Environment) -> Iterator[Path]:
    variables = env.variables
    home = Path(variables.get("HOME") or "/nonexistent")
    if model.hub_repository:
        caches = Path(variables.get("XDG_CACHE_HOME") or home / ".cache")
        hugging_face = Path(variables.get("HF_HOME") or caches / "huggingface")
        cache = Path(variables.get("HF_HUB_CACHE") or variables.get("HUGGINGFACE_HUB_CACHE") or hugging_face / "hub")
        repository = cache / f"models--{model.hub_repository.replace('/', '--')}"
        yield repository / "blobs" / model.sha256
        yield from repository.glob(f"snapshots/*/{model.hub_file}")
    ollama = variables.get("OLLAMA_MODELS")
    for folder in (Path(ollama) if ollama else home / ".ollama/models", *SYSTEM_OLLAMA):
        yield folder / "blobs" / f"sha256-{model.sha256}"
    for folder in (home / ".lmstudio/models", home / ".cache/lm-studio/models"):
        yield from folder.glob(f"*/*/{model.file}")  # publisher, repository, file


def take_copy(copy: Path, model: Model, target: Path, env: Environment, quiet: bool = False) -> None:
    """Put a copy's bytes under `target`, if they are the model.

    Blocks are shared where the file system can (nothing that happens to either file touches the other); else a
    hard link, which outlives the deletion of the copy and costs no room, but only to a file that nobody but this
    user can write: should a program of theirs write into it, its time changes and the stamp no longer fits. Else
    the bytes are copied. A symbolic link would break as soon as the other program tidies up.

    Raises SourceError where the copy is not the model or cannot be read; ModelError where `target` cannot be written.
    """
    what = short_on_a_terminal(env, "checking a copy", f"of {model.name}, {copy}")
    with writing_in(target.parent), progress(env, what, model.bytes, "B", quiet) as done:
        try:
            source = copy.open("rb")
        except OSError as error:
            raise SourceError(f"the copy {copy} cannot be read: {reason(error)}") from error
        with source:
            shared = _share_blocks(source.fileno(), target)
            if shared is None and _is_ours_alone(copy):
                shared = _link(copy, target)
            if shared is not None:
                try:
                    _require(hash_stream(source, done), model, copy)
                    shared.replace(target)
                finally:
                    shared.unlink(missing_ok=True)
                return
            need_room(target.parent, model.bytes)
            with write_whole(target) as new:
                _require(hash_stream(source, done, new.write), model, copy)


def _require(digest: str, model: Model, copy: Path) -> None:
    if digest != model.sha256:
        raise SourceError(f"the copy {copy} ({megabytes(model.bytes)}) has other bytes than {model.name}")


def _beside(target: Path) -> Path:
    return Path(mktemp(dir=target.parent, prefix=f".{target.name}.", suffix=".new"))


def _share_blocks(source: int, target: Path) -> Path | None:
    """A file beside the target that shares the blocks of the open file, or None where that cannot be done."""
    try:
        from fcntl import ioctl
    except ImportError:
        return None
    new = _beside(target)
    file = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        ioctl(file, FICLONE, source)
    except OSError:
        new.unlink()
        return None
    finally:
        os.close(file)
    return new


def _is_ours_alone(copy: Path) -> bool:
    status = copy.stat()
    return status.st_uid == os.getuid() and not status.st_mode & 0o022


def _link(copy: Path, target: Path) -> Path | None:
    new = _beside(target)
    try:
        os.link(copy, new)
    except OSError:  # another disk, or a system that forbids it
        return None
    return new
