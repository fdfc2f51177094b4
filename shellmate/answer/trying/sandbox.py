"""Commands run where they can change nothing and reach nobody: in bubblewrap, for a moment."""

import os
import selectors
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path

MEBIBYTE = 1 << 20
_KEPT = ("PATH", "HOME", "USER", "LOGNAME")  # of the variables: neither secrets nor sockets are among them
_SCRATCH = "/dev/shm"  # in the sandbox's own /dev, so in its own memory
_PYTHON = ("/usr", "/bin", "/lib", "/lib64", sys.base_prefix, sys.prefix)
_LIMITED = 'ulimit -c 0; ulimit -t "$1"; ulimit -v "$2"; ulimit -f "$3"; shift 3; exec "$@"'
_BLOCK = 512  # bytes, what ulimit -f counts in
_STEP = 4096  # bytes


@dataclass(frozen=True)
class Ran:
    """`status` as a shell has it, None where it was still running when its time was over; `output` is the beginning
    of what it said on stdout and stderr."""

    status: int | None
    output: str


@dataclass(frozen=True)
class Limits:
    """`memory` is address space in bytes. Every file can be read and none written; with `python_alone` only what Python
    itself needs is there, and a scratch folder: code that nobody has read may open any file and socket it finds.
    One that `writes` has the folder it runs in there, to write in."""

    seconds: float = 0.3
    output: int = 1024
    memory: int = 64 * MEBIBYTE
    python_alone: bool = False
    writes: bool = False


def run_sealed(
    command: Sequence[str],
    cwd: Path,
    variables: Mapping[str, str],
    limits: Limits = Limits(),
) -> Ran | None:
    """Run a command with the file system read-only, no network, no devices, no sockets under /run, processes of its own
    and no input. None where there is no bubblewrap, or none that works here."""
    bwrap = find_sandbox(variables)
    if not bwrap:
        return None
    seen = _PYTHON if limits.python_alone else ("/",)
    folder = str(cwd) if limits.writes or not limits.python_alone else _SCRATCH
    written = ["--bind", folder, folder] if limits.writes else []
    cpu, size = str(int(limits.seconds) + 1), str(16 * MEBIBYTE // _BLOCK if limits.python_alone else 0)
    limited = ["sh", "-c", _LIMITED, "sh", cpu, str(limits.memory // 1024), size, *command]
    environment = [word for name in _KEPT if name in variables for word in ("--setenv", name, variables[name])]
    return _run([*_sealed(bwrap, seen), *written, *environment, "--chdir", folder, "--", *limited], limits)


def find_sandbox(variables: Mapping[str, str]) -> str | None:
    """The path of a bubblewrap that works here."""
    bwrap = shutil.which("bwrap", path=variables.get("PATH", os.defpath))
    return bwrap if bwrap and _works(bwrap) else None


def _sealed(bwrap: str, seen: Sequence[str] = ("/",)) -> list[str]:
    return [
        bwrap,
        *("--unshare-all", "--die-with-parent", "--new-session", "--cap-drop", "ALL"),
        *(word for path in seen for word in ("--ro-bind-try", path, path)),
        *("--dev", "/dev", "--proc", "/proc", "--tmpfs", "/run"),
        *("--clearenv", "--setenv", "LC_ALL", "C", "--setenv", "TERM", "dumb"),
    ]


@cache
def _works(bwrap: str) -> bool:
    """Whether this machine lets bubblewrap make its namespaces."""
    try:
        done = subprocess.run([*_sealed(bwrap), "--", "true"], stdin=subprocess.DEVNULL, capture_output=True, timeout=2)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


def _run(command: list[str], limits: Limits) -> Ran | None:
    try:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    except (OSError, ValueError):
        return None
    end = time.monotonic() + limits.seconds
    try:
        output = _read(process, limits.output, end)
        with suppress(subprocess.TimeoutExpired):
            process.wait(max(0.0, end - time.monotonic()))
        status = process.poll()
    finally:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        if process.stdout:
            process.stdout.close()
        process.wait()
    return Ran(status, output.decode("utf-8", "replace"))


def _read(process: "subprocess.Popen[bytes]", most: int, end: float) -> bytes:
    """What a process says until it is silent for good or its time is over; what is more than the most is dropped."""
    assert process.stdout
    said = b""
    with selectors.DefaultSelector() as selector:
        selector.register(process.stdout, selectors.EVENT_READ)
        while (left := end - time.monotonic()) > 0 and selector.select(left):
            if not (part := os.read(process.stdout.fileno(), _STEP)):
                break
            said = (said + part)[:most]
    return said
