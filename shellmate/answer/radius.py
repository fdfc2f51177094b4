"""How much a command would hit: the files that are there now, counted without touching them."""

import glob
import os
import stat
import subprocess
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from shellmate.answer.judging.effects import OVERWRITES, Effect
from shellmate.answer.judging.marks import is_glob, reveal
from shellmate.answer.listed import at_home, list_files

SECONDS = 0.3
_FOR_GIT = 0.1  # seconds of them that are kept for asking git
_UNITS = ("bytes", "KB", "MB", "GB", "TB")


@dataclass
class Radius:
    """What a command `does` to how many `files`, of how many bytes; `tracked` are those that git knows, `foreign` those
    of other users. Where it is not `whole`, time was up, and there are more; where not `known`, some of its targets
    cannot be told."""

    does: str
    files: set[str] = field(default_factory=set)
    size: int = 0
    tracked: int = 0
    foreign: int = 0
    whole: bool = True
    known: bool = True

    def __str__(self) -> str:
        if not self.files:
            if not self.known:
                return f"{self.does} what cannot be told before"
            return f"{self.does} {'no file that is there now' if self.whole else 'what takes longer to be counted'}"
        count, more = len(self.files), "" if self.whole and self.known else "more than "
        parts = [f"{more}{count:,} {'file' if count == 1 else 'files'}", _size_in_words(self.size)]
        parts += [f"{self.tracked:,} tracked by git"] if self.tracked else []
        parts += [f"{self.foreign:,} not owned by you"] if self.foreign else []
        return f"{self.does} {', '.join(parts)}"

    def as_json(self) -> dict[str, object]:
        return {
            "does": self.does,
            "files": len(self.files),
            "bytes": self.size,
            "tracked": self.tracked,
            "foreign": self.foreign,
            "whole": self.whole and self.known,
        }


def measure(effects: Iterable[Effect], cwd: Path, home: Path, seconds: float = SECONDS) -> list[Radius]:
    """What the effects hit, one for each thing that is done, within `seconds`. Only names and sizes are read."""
    end = time.monotonic() + seconds
    found: dict[str, Radius] = {}
    for effect in effects:
        radius = found.setdefault(effect.does, Radius(effect.does))
        radius.known = radius.known and effect.is_known
        if effect.is_known:
            _count(radius, effect, cwd, home, end - _FOR_GIT)
    for radius in found.values():
        radius.tracked = _count_tracked(radius.files, cwd, end)
    # A file that is overwritten is worth a word only where there is one.
    return [radius for radius in found.values() if radius.files or radius.does != OVERWRITES]


def _count(radius: Radius, effect: Effect, cwd: Path, home: Path, end: float) -> None:
    paths, is_whole = _paths_of(effect, cwd, home, end - time.monotonic())
    radius.whole = radius.whole and is_whole
    for path in paths:
        for name, status in _walk(path, effect.recursive):
            if name not in radius.files:
                radius.files.add(name)
                radius.size += status.st_size
                radius.foreign += status.st_uid != os.geteuid()
            if time.monotonic() > end:
                radius.whole = False
                return


def _paths_of(effect: Effect, cwd: Path, home: Path, seconds: float) -> tuple[Iterable[str], bool]:
    """The paths, and whether these are all."""
    folder = os.path.join(cwd, at_home(effect.folder, home)) if effect.folder else str(cwd)
    if effect.listed_by:
        return list_files(effect.listed_by, folder, home, seconds)
    return _paths_named(effect.targets, folder, home), True


def _paths_named(targets: Iterable[str], folder: str, home: Path) -> Iterator[str]:
    for target in targets:
        path = os.path.join(folder, at_home(reveal(target), home))
        if is_glob(target):
            yield from glob.iglob(path)
        else:
            yield path


def _walk(path: str, recursive: bool) -> Iterator[tuple[str, os.stat_result]]:
    """The files of a path: itself, or all that is in it. No link is followed, and what cannot be read is left out."""
    try:
        status = os.lstat(path)
    except (OSError, ValueError):
        return
    if not stat.S_ISDIR(status.st_mode):
        yield os.path.abspath(path), status
    elif recursive:
        folders = [path]
        while folders:
            try:
                entries = list(os.scandir(folders.pop()))
            except OSError:
                continue
            for entry in entries:
                try:
                    if entry.is_dir(follow_symlinks=False):
                        folders.append(entry.path)
                    else:
                        yield os.path.abspath(entry.path), entry.stat(follow_symlinks=False)
                except OSError:
                    continue


def _count_tracked(files: set[str], cwd: Path, end: float) -> int:
    """How many of the files git knows, of the repository that the folder is in."""
    left = end - time.monotonic()
    if not files or left <= 0:
        return 0
    try:
        top = _git(["rev-parse", "--show-toplevel"], cwd, left).rstrip("\n")
        known = _git(["ls-files", "-z", "--full-name", top], cwd, max(0.01, end - time.monotonic()))
    except (OSError, ValueError, subprocess.SubprocessError):
        return 0
    real = {os.path.join(os.path.realpath(os.path.dirname(name)), os.path.basename(name)) for name in files}
    return sum(os.path.join(top, name) in real for name in known.split("\0") if name)


def _git(arguments: Sequence[str], cwd: Path, seconds: float) -> str:
    command = ["git", "--no-optional-locks", "-c", "core.fsmonitor=false", *arguments]
    done = subprocess.run(command, cwd=cwd, capture_output=True, timeout=seconds, check=True, stdin=subprocess.DEVNULL)
    return done.stdout.decode("utf-8", "surrogateescape")


def _size_in_words(size: int) -> str:
    amount, unit = float(size), 0
    while amount >= 1000 and unit < len(_UNITS) - 1:
        amount, unit = amount / 1000, unit + 1
    return f"{size} {'byte' if size == 1 else 'bytes'}" if not unit else f"{amount:.1f} {_UNITS[unit]}"
