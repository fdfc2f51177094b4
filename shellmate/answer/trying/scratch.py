"""A command run on a copy of its folder, without network and without a way to write anywhere else."""

import filecmp
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import BinaryIO

from shellmate.answer.run import run_to_its_end
from shellmate.answer.trying.sandbox import find_sandbox
from shellmate.core.errors import UsageError

MOST_BYTES, MOST_FILES = 1 << 28, 20_000


@dataclass(frozen=True)
class Changes:
    """The names, seen from the folder, of the files that were made, changed and deleted in the copy."""

    made: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    deleted: tuple[str, ...] = ()

    def __iter__(self) -> Iterator[str]:
        """A line for each."""
        for does, names in (("makes", self.made), ("changes", self.changed), ("deletes", self.deleted)):
            yield from (f"{does} {name}" for name in names)


def run_on_copy(
    command: Sequence[str], cwd: Path, stdin: BinaryIO | None, variables: Mapping[str, str]
) -> tuple[int, Changes]:
    """The exit status, negative for a signal, and what changed. The copy is gone when this returns.

    Raises UsageError where there is no bubblewrap, or the folder is too large to be copied; ShellmateError where the
    command cannot be started.
    """
    bwrap = require_sandbox(variables)
    _refuse_large(cwd)
    with tempfile.TemporaryDirectory(prefix="shellmate-") as scratch:
        copy = Path(scratch) / "copy"
        left_out = partial(_left_out, scratch)
        shutil.copytree(cwd, copy, symlinks=True, ignore=left_out, copy_function=_copy)
        sealed = [bwrap, "--unshare-all", "--die-with-parent", "--new-session", "--ro-bind", "/", "/"]
        places = ["--dev", "/dev", "--proc", "/proc", "--tmpfs", "/run", "--tmpfs", "/tmp"]
        places += [word for path in (sys.base_prefix, sys.prefix) for word in ("--ro-bind-try", path, path)]
        status = run_to_its_end([*sealed, *places, "--bind", str(copy), str(cwd), "--chdir", str(cwd), *command], stdin)
        return status, _compare(cwd, copy)


def require_sandbox(variables: Mapping[str, str]) -> str:
    """The path of bubblewrap. Raises UsageError where there is none that works here."""
    bwrap = find_sandbox(variables)
    if not bwrap:
        raise UsageError("--sandbox needs bubblewrap, and there is none that works here", "install bubblewrap")
    return bwrap


def _refuse_large(folder: Path) -> None:
    files, size = 0, 0
    for path, _, names in os.walk(folder):
        for name in names:
            with suppress(OSError):
                files, size = files + 1, size + os.lstat(os.path.join(path, name)).st_size
        if files > MOST_FILES or size > MOST_BYTES:
            most = f"{MOST_FILES:,} files or {MOST_BYTES >> 20} MB"
            raise UsageError(f"--sandbox runs on a copy, and {folder} has more than {most}", "go to a smaller folder")


def _left_out(scratch: str, folder: str, names: list[str]) -> list[str]:
    """Those that are neither files, folders nor links, and the scratch folder itself."""
    paths = {name: os.path.join(folder, name) for name in names}
    copied = (os.path.islink, os.path.isfile, os.path.isdir)
    return [name for name, path in paths.items() if path == scratch or not any(is_one(path) for is_one in copied)]


def _copy(source: str, target: str) -> None:
    try:
        shutil.copy2(source, target, follow_symlinks=False)
    except PermissionError:
        Path(target).touch()  # what the user cannot read, the command could not either


def _compare(before: Path, after: Path) -> Changes:
    old, new = _files_of(before), _files_of(after)
    both = old.keys() & new.keys()
    changed = (name for name in both if not _is_same(old[name], new[name]))
    return Changes(
        tuple(sorted(new.keys() - old.keys())), tuple(sorted(changed)), tuple(sorted(old.keys() - new.keys()))
    )


def _files_of(folder: Path) -> dict[str, Path]:
    found = {}
    for path, _, names in os.walk(folder):
        for name in names:
            whole = Path(path) / name
            if whole.is_symlink() or whole.is_file():
                found[str(whole.relative_to(folder))] = whole
    return found


def _is_same(one: Path, other: Path) -> bool:
    if one.is_symlink() or other.is_symlink():
        return one.is_symlink() and other.is_symlink() and os.readlink(one) == os.readlink(other)
    first, second = one.stat(), other.stat()
    if first.st_mode != second.st_mode:
        return False
    same_time = first.st_size == second.st_size and first.st_mtime_ns == second.st_mtime_ns
    return same_time or (first.st_size == second.st_size and filecmp.cmp(one, other, shallow=False))
