"""All that is measured of a model, in the order in which it is."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field

from shellmate.bench.answers import Answering
from shellmate.bench.figures import EffortFigures, Figure, ModelFigures, ThreadFigures
from shellmate.bench.place import Place
from shellmate.bench.processes import ProcessFailedError
from shellmate.bench.questions import QUESTIONS
from shellmate.bench.starts import QUESTION, Starts
from shellmate.bench.workers import Workers
from shellmate.core.environment import Environment
from shellmate.core.errors import ModelError, ShellmateError
from shellmate.models.store import ModelFile, find_model_file

Progress = Callable[..., AbstractContextManager[Callable[[int], None]]]  # as core.progress.progress, without env
EFFORTS = ("fast", "balanced")  # `careful` may take two models, which are measured one by one
# Seconds on one core for a gigabyte of model: to prime and start it with each number of threads; to ask the questions.
_SECONDS_A_RUN, _SECONDS_ONCE, _SECONDS_ASKING = 14.0, 90.0, 420.0
_SECONDS_A_PROCESS = 0.6  # whatever the model


@dataclass(frozen=True)
class Plan:
    """With which numbers of `threads`, how many `runs` of each, and whether the questions are asked."""

    threads: tuple[int, ...]
    runs: int
    asks: bool

    def seconds_for(self, size: int) -> float:
        """About how long a model of so many bytes takes, where each core is as fast as on the machine that this was
        written on."""
        gigabytes, most = size / 1e9, max(self.threads)
        starts = (2 * self.runs + 1) * len(self.threads) + self.runs + 5
        runs = sum(_SECONDS_A_RUN * gigabytes / count for count in self.threads) * self.runs
        once = gigabytes * (_SECONDS_ONCE + _SECONDS_ASKING * self.asks) / most
        return runs + once + _SECONDS_A_PROCESS * (starts + len(EFFORTS) * len(QUESTIONS) * self.asks)


@dataclass
class Bench:
    """Measures models in a place; `notes` say what could not be measured, and why."""

    place: Place
    env: Environment
    plan: Plan
    progress: Progress
    quiet: bool = False
    notes: list[str] = field(default_factory=list)

    def measure(self, figures: ModelFigures) -> None:
        """Fill in the figures of a model as they come in; what goes wrong with it becomes their error."""
        try:
            file = find_model_file(figures.name, self.place.paths, self.env, quiet=self.quiet)
            if file is None:
                raise ModelError(f"{figures.name} is not installed")
            figures.size = file.path.stat().st_size
            self._measure_file(figures, file)
        except ShellmateError as error:
            figures.error = error.message
        except ProcessFailedError as error:
            figures.error = error.reason
        except OSError as error:
            figures.error = error.strerror or str(error)

    def _measure_file(self, figures: ModelFigures, file: ModelFile) -> None:
        workers = Workers(self.place, file, figures.title, self.progress)
        threads = self.plan.threads
        speeds = workers.measure_speed(threads, self.plan.runs, QUESTION)
        for count, speed in zip(threads, speeds, strict=True):
            prompt, generation = Figure.of(speed["prompt"]), Figure.of(speed["generation"])
            figures.rows.append(ThreadFigures(count, prompt, generation))
        commands = [q.words for q in QUESTIONS if not q.is_python] if self.plan.asks else []
        workers.prime(QUESTION, commands, threads)
        self._measure_starts(figures, file)
        if self.plan.asks:
            self._measure_answers(figures)

    def _measure_starts(self, figures: ModelFigures, file: ModelFile) -> None:
        starts = Starts(self.place, figures.name, file)
        rows, runs = figures.rows, self.plan.runs
        try:
            with self.progress(f"{figures.title}: starts", len(rows) * (runs + 1), "start") as done:
                for row in rows:
                    starts.measure(row, runs, done)
            with self.progress(f"{figures.title}: starts, resident", runs, "start") as done:
                starts.measure_resident(rows[-1], runs, done)
        finally:
            self.notes += [f"{figures.title}: {note}" for note in starts.notes]

    def _measure_answers(self, figures: ModelFigures) -> None:
        answering = Answering(self.place, figures.name, max(self.plan.threads))
        with self.progress(f"{figures.title}: questions", len(EFFORTS) * len(QUESTIONS), "question") as done:
            for effort in EFFORTS:
                figures.efforts.append(EffortFigures(effort))
                answering.measure(figures.efforts[-1], done)
