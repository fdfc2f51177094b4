"""How long a whole process takes to its first byte: with the model's file out of memory, in it, and with an engine
that is resident."""

import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from shellmate.bench.figures import Figure, ThreadFigures
from shellmate.bench.pagecache import drop_pages, fill_pages
from shellmate.bench.place import Place
from shellmate.bench.processes import SHELLMATE, Run, run
from shellmate.core.errors import ExitCode
from shellmate.models.store import ModelFile
from shellmate.resident.address import Address, address_of
from shellmate.resident.processes import Running

QUESTION = "list hidden files"
STILL_CACHED = "no cold start: the model's file stays in memory (another process has it open, or it is not yours)"
NO_ANSWER = "no start: it gives no answer that parses, so there is no first byte to wait for"
_ENDED_AS_ASKED = (ExitCode.ANSWERED, ExitCode.NO_ANSWER)
_LONGEST = 128  # tokens: only a model that does not know what to say has so many
_STARTING, _ENDING, _PAUSE = 60.0, 10.0, 0.05  # seconds


@dataclass
class Starts:
    """Starts a model as `name`, in a place; what could not be measured is in `notes`."""

    place: Place
    name: str
    file: ModelFile
    notes: list[str] = field(default_factory=list)

    def measure(self, row: ThreadFigures, runs: int, done: Callable[[int], object]) -> None:
        """Fill in the cold and warm starts with so many threads and the memory that they take. Raises
        ProcessFailedError where one fails."""
        fill_pages(self.file.path)
        self._ask(row.threads)
        done(1)
        cold: list[float | None] = []
        warm: list[Run] = []
        for _ in range(runs):
            if drop_pages(self.file.path):
                cold.append(self._ask(row.threads).first)
            else:
                self._note(STILL_CACHED)
            fill_pages(self.file.path)
            warm.append(self._ask(row.threads))
            done(1)
        row.cold, row.warm = Figure.of(cold), Figure.of([ran.first for ran in warm])
        row.peak = Figure.of([ran.rss for ran in warm])
        row.private = Figure.of([ran.private or None for ran in warm])
        if row.warm is None:
            self._note(NO_ANSWER)

    def measure_resident(self, row: ThreadFigures, runs: int, done: Callable[[int], object]) -> None:
        """Fill in the starts with a resident engine of the bench's own, or note why there are none."""
        variables = self.place.variables_for(model=self.name, threads=row.threads, effort="fast", resident="use")
        command = [*SHELLMATE, "serve", "--exit-when-idle"]
        with self._serving(command, variables, row.threads) as running:
            if running is None:
                self._note("no start with a resident engine: `shellmate serve` does not answer")
                return
            self._ask(row.threads, resident="use")
            firsts = []
            for _ in range(runs):
                firsts.append(self._ask(row.threads, resident="use").first)
                done(1)
            row.resident = Figure.of(firsts) if running.health() else None

    def _ask(self, threads: int, **settings: object) -> Run:
        settings = {"model": self.name, "threads": threads, "effort": "fast", "max_tokens": _LONGEST} | settings
        variables = self.place.variables_for(**settings)
        return run([*SHELLMATE, QUESTION], variables, str(self.place.folder), accepted=_ENDED_AS_ASKED)

    def _note(self, note: str) -> None:
        if note not in self.notes:
            self.notes.append(note)

    @contextmanager
    def _serving(self, command: Sequence[str], variables: dict[str, str], threads: int) -> Iterator[Running | None]:
        """The server, when it answers; it has ended when the block has. None where it does not answer in time."""
        address = address_of(self.place.paths, self.place.folder, self.name, 0, threads)
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=variables,
            cwd=self.place.folder,
        )
        try:
            yield self._wait_for(process, address)
        finally:
            process.terminate()
            try:
                process.wait(_ENDING)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def _wait_for(self, process: "subprocess.Popen[bytes]", address: Address) -> Running | None:
        end = time.monotonic() + _STARTING
        running = Running(address, process.pid)
        while process.poll() is None and time.monotonic() < end:
            if running.health():
                return running
            time.sleep(_PAUSE)
        return None
