"""Where a resident engine listens: one socket for each user, model and way of running it, in a folder of the user's."""

import json
import os
import stat
import zlib
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from shellmate import __version__
from shellmate.core.errors import ShellmateError, UsageError
from shellmate.core.paths import Paths, make_private_directory

_LONGEST = 103  # bytes of a socket's path: macOS has room for so many, Linux for four more
_LONGEST_NAME = 40
_PROTOCOL = 1  # of the requests that shellmate itself sends


@dataclass(frozen=True)
class Address:
    """The socket; beside it is the lock that the process behind it holds for as long as it lives."""

    socket: Path

    @property
    def lock(self) -> Path:
        return self.socket.with_suffix(".lock")

    @property
    def fork(self) -> Path:
        """The socket of the process that commands are forked from."""
        return self.socket.with_suffix(".fork")

    @property
    def name(self) -> str:
        """What people call it by."""
        return self.socket.stem

    @property
    def is_there(self) -> bool:
        """Whether there is a socket of the user's own, which need not be in use."""
        try:
            return os.lstat(self.socket.parent).st_uid == os.getuid() and stat.S_ISSOCK(os.lstat(self.socket).st_mode)
        except OSError:
            return False


def address_of(paths: Paths, cwd: Path, model: str, ctx: int, threads: int) -> Address:
    """The address of an engine for a model (name, or path that is relative to `cwd`). One that another version runs, or
    that has other places or limits, has another address."""
    is_path = "/" in model or model.endswith(".gguf")
    place = str(cwd / os.path.expanduser(model)) if is_path else model
    about = [_PROTOCOL, __version__, place, str(paths.data), str(paths.cache), str(paths.config), ctx, threads]
    digest = zlib.crc32(json.dumps(about).encode("utf-8", "replace"))
    stem = "".join(c if c.isascii() and (c.isalnum() or c in ".-_") else "-" for c in Path(model).stem or "model")
    stem = model if not is_path and len(model) <= _LONGEST_NAME and "/" not in model else stem[:_LONGEST_NAME]
    return Address(paths.runtime / f"{stem}-{digest:08x}.sock")


def addresses_in(folder: Path) -> Iterator[Address]:
    """The addresses that have, or had, a process."""
    for lock in sorted(folder.glob("*.lock")):
        yield Address(lock.with_suffix(".sock"))


def make_runtime_directory(folder: Path) -> None:
    """Have the folder, which is nobody's but the user's. Raises ShellmateError where it is not."""
    make_private_directory(folder)
    status = folder.lstat()
    if not stat.S_ISDIR(status.st_mode) or status.st_uid != os.getuid():
        raise ShellmateError(f"{folder} is not yours", "set SHELLMATE_RUNTIME_DIR to a folder of your own")
    if stat.S_IMODE(status.st_mode) & 0o077:
        raise ShellmateError(f"{folder} is open to others", f"run `chmod 700 {folder}`")


def check_length(address: Address) -> None:
    """Raises UsageError where the system has no room for the socket's path."""
    if len(os.fsencode(address.socket)) > _LONGEST:
        raise UsageError(
            f"the socket's path is too long: {address.socket}", "set SHELLMATE_RUNTIME_DIR to a shorter folder"
        )


def identity_of(place: Path) -> tuple[int, int] | None:
    """Another one when what is at a path is another; None where there is nothing."""
    try:
        status = os.lstat(place)
    except OSError:
        return None
    return status.st_dev, status.st_ino


def make_current(place: Path, name: str) -> None:
    """Have a link of that name beside a socket lead to it, for who does not know which model it is of."""
    new = place.with_name(f".{name}.new")  # of two at once that make it, one gets it
    with suppress(OSError):
        new.unlink(missing_ok=True)  # of a process that was killed
        new.symlink_to(place.name)
        os.replace(new, place.with_name(name))


def remove_current(place: Path, name: str, made: tuple[int, int] | None) -> None:
    """Remove a socket, and the link if it leads to it; where another one is there by now than was `made`, nothing."""
    if identity_of(place) != made:
        return
    link = place.with_name(name)
    with suppress(OSError):
        if os.readlink(link) == place.name:
            link.unlink()
    with suppress(OSError):
        place.unlink()
