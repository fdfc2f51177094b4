"""Whole processes, timed from the outside."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from shellmate.answer.run import status_in_words
from shellmate.resident.processes import private_memory

SHELLMATE = (sys.executable, "-P", "-m", "shellmate")
_MAXRSS_UNIT = 1 if sys.platform == "darwin" else 1024


class ProcessFailedError(Exception):
    """A measured process did not end as it should have. `status` is negative for a signal; `said` is its stderr."""

    def __init__(self, command: Sequence[str], status: int, said: str):
        super().__init__(f"{' '.join(command)}\n{status_in_words(status)}\n{said[-2000:]}")
        self.status, self.said = status, said

    @property
    def reason(self) -> str:
        """One line: the last one that it said, or how it ended."""
        lines = self.said.strip().splitlines()
        return lines[-1].removeprefix("shellmate: ") if lines and self.status > 0 else status_in_words(self.status)


@dataclass(frozen=True)
class Run:
    """`first` (the first byte on stdout) and `total` in seconds, `rss` (the peak) in bytes, of which `private` are not
    pages of files; `first` is None where nothing was printed, `private` 0 where the system does not say."""

    first: float | None
    total: float
    rss: int
    out: str
    err: str
    status: int = 0
    private: int = 0


def run(
    command: Sequence[str],
    variables: Mapping[str, str],
    cwd: str,
    stdin: bytes = b"",
    accepted: Collection[int] = (0,),
) -> Run:
    """Run a command with its stdout in a pipe; an interrupt ends it. Raises ProcessFailedError where its exit status is
    not an accepted one."""
    with tempfile.TemporaryFile() as err, tempfile.TemporaryFile() as given:
        given.write(stdin)
        given.seek(0)
        start = time.perf_counter()
        process = subprocess.Popen(
            command, stdin=given, stdout=subprocess.PIPE, stderr=err, env=variables, cwd=cwd, bufsize=0
        )
        try:
            assert process.stdout
            first, private, out = None, 0, b""
            while piece := process.stdout.read(1 << 16):
                first = first or time.perf_counter() - start
                private = max(private, private_memory(process.pid))
                out += piece
            _, status, usage = os.wait4(process.pid, 0)
            total = time.perf_counter() - start
            process.returncode = os.waitstatus_to_exitcode(status)
        finally:
            if process.returncode is None:
                process.kill()
                process.wait()
            if process.stdout:
                process.stdout.close()
        err.seek(0)
        said = err.read().decode("utf-8", "replace")
    if process.returncode not in accepted:
        raise ProcessFailedError(command, process.returncode, said)
    text = out.decode("utf-8", "replace")
    return Run(first, total, usage.ru_maxrss * _MAXRSS_UNIT, text, said, process.returncode, private)
