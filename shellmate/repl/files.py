"""The user's own files: what is read as context, and what code is written to."""

import os
import stat
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from shellmate.core.errors import ShellmateError, UsageError
from shellmate.core.paths import reason, write_whole
from shellmate.request.stdin import Input, read_input


def open_file(path: Path, name: str) -> BinaryIO:
    """The file, to be read; `name` is what errors call it. Raises UsageError for what is no file: a pipe may never give
    anything, and a device never end."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    except OSError as error:
        raise UsageError(f"cannot read {name}: {reason(error)}", "name a file that is there") from error
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise UsageError(f"{name} is not a file", "name a file with text in it")
    return open(descriptor, "rb")


def read_text(file: BinaryIO, name: str, say: Callable[[str], None]) -> Input | None:
    """What is in the file, None where that is nothing. Raises UsageError where it is no text."""
    try:
        return read_input(file, say)
    except UsageError as error:  # which speaks of stdin, as what is mostly read
        raise UsageError(error.message.replace("stdin", name, 1), "take text") from error


def write_code(path: Path, name: str, code: str) -> None:
    """Write the code with one final newline. A file that is there keeps its mode, and a link stays one. Raises
    ShellmateError."""
    try:
        target = path.resolve()
        mode = stat.S_IMODE(target.stat().st_mode) if target.exists() else 0o666 & ~_read_umask()
        with write_whole(target, mode) as file:
            file.write(code.rstrip("\n").encode("utf-8", "replace") + b"\n")
    except OSError as error:
        raise ShellmateError(f"cannot write {name}: {reason(error)}") from error


def _read_umask() -> int:
    """Which can only be read by setting it."""
    mask = os.umask(0o077)
    os.umask(mask)
    return mask
