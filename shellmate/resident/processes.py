"""The resident processes from the outside: which there are, how they are, starting and ending one."""

import fcntl
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import monotonic, sleep
from typing import Any

from shellmate.core.errors import ExitCode, ModelError, ShellmateError
from shellmate.core.paths import PRIVATE_FILE, make_private_directory
from shellmate.resident.address import Address, addresses_in
from shellmate.resident.unixhttp import Connection, GoneError

_PAUSE = 0.02  # seconds between two looks
_STARTING = 30.0  # seconds in which a process has to listen: importing it takes one
_STOPPING = 5.0  # seconds in which it has to end, before it is killed
_ANSWERING = 2.0


@dataclass(frozen=True)
class Running:
    """A process that holds the lock of an address; `pid` is 0 where it could not say."""

    address: Address
    pid: int

    def health(self) -> dict[str, Any] | None:
        """What it says of itself; None where it does not answer."""
        try:
            connection = Connection(self.address.socket, "/health", seconds=_ANSWERING)
            try:
                return next(connection.lines(), None)
            finally:
                connection.close()
        except GoneError:
            return None

    def memory(self) -> int:
        """Bytes, as `private_memory` has them."""
        return private_memory(self.pid)


def private_memory(pid: int) -> int:
    """Bytes that a process has in memory for itself, beside the pages of files, such as a mapped model; 0 where the
    system does not say."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0
    return sum(int(line.split()[1]) << 10 for line in status.splitlines() if line.startswith("RssAnon:"))


def find_running(address: Address) -> Running | None:
    """The process at an address."""
    try:
        lock = os.open(address.lock, os.O_RDWR)
    except OSError:
        return None
    try:
        fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        return None
    except BlockingIOError:
        try:
            return Running(address, int(json.loads(os.pread(lock, 100, 0))["pid"]))
        except (OSError, ValueError, KeyError):
            return Running(address, _pid_by_health(address))  # the disk was full when it began
    finally:
        os.close(lock)


def all_running(folder: Path) -> Iterator[Running]:
    """All processes of this user."""
    for address in addresses_in(folder):
        if running := find_running(address):
            yield running


def stop(running: Running) -> bool:
    """End a process, by force where it does not end in time; whether it took force. Raises ShellmateError where it does
    not say who it is."""
    if not running.pid:
        raise ShellmateError(f"{running.address.name} does not say which process it is", "end it by hand")
    for number, seconds in ((signal.SIGTERM, _STOPPING), (signal.SIGKILL, _STOPPING)):
        try:
            os.kill(running.pid, number)
        except ProcessLookupError:
            return False
        if _comes_true(lambda: find_running(running.address) is None, seconds):
            return number == signal.SIGKILL
    raise ShellmateError(f"{running.address.name} does not end (process {running.pid})")


def start(address: Address, options: Sequence[str], log: Path, wait: bool = True) -> None:
    """Start a process of its own that serves with such options; with `wait` it answers when this returns. Raises
    ShellmateError with what it said where it does not, a ModelError where the model was at fault."""
    if _answers(address):
        return
    command = [sys.executable, "-P", "-m", "shellmate", "serve", *options]
    with open(_make_log(log), "wb") as said:
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=said, start_new_session=True
        )
    if not wait:
        return

    def is_settled() -> bool:
        """Whether it is this one that answers, or it has ended, since another one was first or something is wrong."""
        return process.poll() is not None or _pid_by_health(address) == process.pid

    _comes_true(is_settled, _STARTING)
    if _comes_true(lambda: _answers(address) or process.poll() != 0, _STARTING) and _answers(address):
        return
    words = log.read_text("utf-8", "replace").strip().splitlines() if log.is_file() else []
    told = words[-1].removeprefix("shellmate: ") if words else "it does not say why"
    failed = ModelError if process.returncode == ExitCode.MODEL else ShellmateError
    raise failed(f"the resident engine did not start: {told}")


def _make_log(log: Path) -> str:
    """The log, empty; where it cannot be had there is none."""
    try:
        make_private_directory(log.parent)
        os.close(os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, PRIVATE_FILE))
    except (OSError, ShellmateError):
        return os.devnull
    return str(log)


def _answers(address: Address) -> bool:
    return _pid_by_health(address) != 0


def _pid_by_health(address: Address) -> int:
    """Who answers at an address; 0 where nobody does."""
    health = Running(address, 0).health()
    return health["pid"] if health else 0


def _comes_true(condition: Callable[[], bool], seconds: float) -> bool:
    end = monotonic() + seconds
    while not condition():
        if monotonic() > end:
            return False
        sleep(_PAUSE)
    return True
