"""Model files that are here: by name in shellmate's own directory, or anywhere by path; are they the right bytes?"""

import stat
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from shellmate.core.environment import Environment
from shellmate.core.errors import ModelError
from shellmate.core.paths import Paths, reason
from shellmate.core.progress import progress
from shellmate.models.catalogue import Model
from shellmate.models.stamps import recall_digest, remember_digest, stamp_of
from shellmate.models.words import megabytes, short_on_a_terminal

MAGIC = b"GGUF"
PIECE = 1 << 20  # bytes read at a time


@dataclass(frozen=True)
class ModelFile:
    """A file whose bytes are known: `sha256` (hex) identifies them, and the KV states made with them.

    `name` is the catalogue's name, or the file's own name for a model given by path.
    """

    name: str
    path: Path
    sha256: str


def place_of(model: Model, paths: Paths) -> Path:
    """Where the model's file is, or would be."""
    return paths.models / model.file


def check_installed(
    model: Model, paths: Paths, env: Environment, *, quiet: bool = False, afresh: bool = False
) -> ModelFile | None:
    """The installed file, or None where there is none. `afresh` hashes it whatever is remembered.

    Raises ModelError where the file is there and is not the right bytes or cannot be read.
    """
    path = place_of(model, paths)
    try:
        size = path.stat().st_size
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise ModelError(f"cannot read {path}: {reason(error)}", "mend its permissions") from error
    mend = f"`shellmate model pull {model.name}` fetches it anew"
    if size != model.bytes:
        raise ModelError(f"{path} is damaged: it has {size:,} bytes where {model.bytes:,} are right", mend)
    if digest_of(path, paths, env, quiet=quiet, afresh=afresh) != model.sha256:
        raise ModelError(f"{path} is damaged: its SHA-256 is not the model's", mend)
    return ModelFile(model.name, path, model.sha256)


def check_path(text: str, paths: Paths, env: Environment, *, quiet: bool = False, afresh: bool = False) -> ModelFile:
    """The GGUF file at a path, which is relative to the environment's working directory.

    Raises ModelError where there is no regular file, or one that does not begin like a GGUF file.
    """
    home = env.variables.get("HOME")
    path = env.cwd / (f"{home}/{text[2:]}" if home and text.startswith("~/") else text)
    mend = "give the path of a GGUF file, or a name from `shellmate model list`"
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise ModelError(f"the model {text} is not a regular file", mend)
        with path.open("rb") as file:
            begins = file.read(len(MAGIC))
        if begins != MAGIC:
            raise ModelError(f"the model {text} is not a GGUF file", mend)
        digest = digest_of(path, paths, env, quiet=quiet, afresh=afresh)
    except FileNotFoundError:
        raise ModelError(f"the model {text} does not exist", mend) from None
    except (OSError, ValueError) as error:
        why = reason(error) if isinstance(error, OSError) else "it is not a path"
        raise ModelError(f"cannot read the model {text}: {why}", mend) from error
    return ModelFile(path.name, path, digest)


def digest_of(path: Path, paths: Paths, env: Environment, *, quiet: bool = False, afresh: bool = False) -> str:
    """The file's SHA-256 (hex): remembered, or computed with a bar and then remembered. Raises ModelError."""
    try:
        digest = None if afresh else recall_digest(path, paths)
        if digest is None:
            stamp = stamp_of(path)
            what = short_on_a_terminal(env, "checking the model", f"{path.name} ({megabytes(stamp[0])})")
            with path.open("rb") as file, progress(env, what, stamp[0], "B", quiet) as done:
                digest = hash_stream(file, done)
            remember_digest(path, stamp, digest, paths)
    except OSError as error:
        raise ModelError(f"cannot read {path}: {reason(error)}", "mend its permissions, or the disk") from error
    return digest


def hash_stream(
    source: BinaryIO, done: Callable[[int], None], write: Callable[[memoryview], object] | None = None
) -> str:
    """The SHA-256 (hex) of what is left in `source`; `write` gets every piece too, `done` its length in bytes."""
    from hashlib import sha256

    hasher = sha256()
    buffer = memoryview(bytearray(PIECE))
    while length := source.readinto(buffer):  # type: ignore[attr-defined]
        hasher.update(buffer[:length])
        if write:
            write(buffer[:length])
        done(length)
    return hasher.hexdigest()
