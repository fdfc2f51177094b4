"""Running a snippet: only after a yes on the terminal, on the very bytes that were piped in."""

import os
import signal
import subprocess
import sys
import termios
import tty
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO

from shellmate.core.errors import ShellmateError, UsageError

TERMINAL = "/dev/tty"


@contextmanager
def open_terminal() -> Iterator[int]:
    """The descriptor of the terminal that the process belongs to, whatever its streams are. Raises UsageError where it
    has none."""
    try:
        terminal = os.open(TERMINAL, os.O_RDWR | os.O_NOCTTY)
    except OSError as error:
        raise UsageError("--run asks on the terminal, and there is none", "leave out --run") from error
    try:
        yield terminal
    finally:
        os.close(terminal)


def confirm(terminal: int, question: str) -> bool:
    """Whether the next key is a y. What was typed before the question is no answer to it."""
    before = termios.tcgetattr(terminal)
    try:
        tty.setcbreak(terminal)
        termios.tcflush(terminal, termios.TCIFLUSH)
        os.write(terminal, question.encode())
        yes = os.read(terminal, 1) in (b"y", b"Y")
        os.write(terminal, b"y" if yes else b"n")
    finally:
        os.write(terminal, b"\n")
        termios.tcsetattr(terminal, termios.TCSADRAIN, before)
    return yes


def run_snippet(language: str, code: str, stdin: BinaryIO | None) -> int:
    """Run code on `stdin`, from its beginning, or on the process's own; the exit status, negative for a signal.

    Ctrl-C is the snippet's own for as long as it runs. Raises ShellmateError where it cannot be started.
    """
    command = [sys.executable, "-P", "-c", code] if language == "python" else ["bash", "-c", code]
    if stdin:
        stdin.seek(0)
    try:
        process = subprocess.Popen(command, stdin=stdin)
    except (OSError, ValueError) as error:  # too long for an argument, no shell, a NUL character
        raise ShellmateError(f"the snippet cannot be run: {error}") from error
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        return process.wait()
    finally:
        signal.signal(signal.SIGINT, before)
