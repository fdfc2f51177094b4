"""How often an answer is right: `python -m tests.bench.accuracy FOLDER`, with the folder of two benchmark scripts.

`nl2sh_eval.py` and `humaneval_eval.py` there print their tasks as JSON lines (`tasks`) and score answers to them
(`score --answers FILE --out FILE`). Every row is what shellmate answers by the same code as on the command line; the
rows that leave something out choose among the same candidates as the row that leaves out nothing.
"""

import argparse
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from shellmate.answer.answer import NoCandidateError
from shellmate.answer.choosing.choose import own_weights
from shellmate.answer.choosing.handover import PAINS, HandingOverEngine
from shellmate.answer.choosing.oneline import EFFORTS, ChoosingEngine
from shellmate.answer.respond import respond
from shellmate.answer.showing.display import SilentDisplay
from shellmate.cli.app import App
from shellmate.core.environment import Environment
from shellmate.core.paths import Paths
from shellmate.engine.engine import Candidate, Engine, Sampling
from shellmate.models.auto import larger_model
from shellmate.prompt.kinds import Kinds
from shellmate.prompt.library import PromptLibrary
from shellmate.prompt.prompt import compose
from shellmate.request.request import Request

ASK_PYTHON = "Complete this function:\n\n{}"


class Remembering:
    """An engine that gives the candidates for a prompt that it has once had written; `last` are those it gave last."""

    def __init__(self, engine: Engine):
        self._engine = engine
        self._candidates: dict[Any, Any] = {}
        self.last: list[Candidate] = []

    def generate_several(self, prompt, sampling, count, *, also=(), **how):
        key = prompt, sampling, count, tuple(also)
        if key not in self._candidates:
            self._candidates[key] = self._engine.generate_several(prompt, sampling, count, also=also, **how)
        self.last = self._candidates[key][0]
        return self._candidates[key]

    def __getattr__(self, name: str) -> Any:
        return getattr(self._engine, name)


@dataclass
class Row:
    """One way to answer: `effort`, the `weights` of the features, whether answers are tried out, and whether a larger
    model writes what this one is not sure of, or all."""

    name: str
    effort: str = "balanced"
    weights: dict[str, float] | None = None
    tries: bool = True
    hands_over: bool = False
    is_larger: bool = False
    answers: dict[Any, str] = field(default_factory=dict)
    seconds: list[float] = field(default_factory=list)


def shell_rows(larger: str | None) -> list[Row]:
    weights = own_weights()
    without = [Row(f"  without {name}", weights={**weights, name: 0.0}) for name in weights]
    plain = Row("  by logprob alone, untried", weights={"logprob": 1.0}, tries=False)
    untried = Row("  without trying out", tries=False)
    careful = [Row("careful, this model alone", "careful")]
    careful += [Row(f"careful, with {larger.removeprefix('qwen2.5-coder-')}", hands_over=True)] if larger else []
    alone = [Row(f"balanced, {larger.removeprefix('qwen2.5-coder-')} alone", is_larger=True)] if larger else []
    return [Row("fast", "fast"), Row("balanced"), *without, untried, plain, *careful, *alone]


class Accuracy:
    def __init__(self, model: str):
        env = Environment.of_process()
        self.app = App(env, Paths.of(env.variables), {"model": model, "effort": "fast"}, None)
        self.library = PromptLibrary.of(self.app.paths)
        self.engine: Any = Remembering(self.app.open_engine())
        self.name_of_larger = larger_model(model, self.app.paths)
        self._larger: Any = None

    def close(self) -> None:
        self.engine.close()
        if self._larger:
            self._larger.close()

    def open_larger(self) -> Engine:
        settings = {"model": self.name_of_larger, "effort": "fast"}
        self._larger = self._larger or Remembering(replace(self.app, configured=settings).open_engine())
        return self._larger

    def answer(self, row: Row, key: Any, words: str, language: str) -> None:
        prompt = compose(Request(words, language, None), self.library)
        engine, trials = self.open_larger() if row.is_larger else self.engine, None
        pains = PAINS if row.hands_over else EFFORTS.get(row.effort)
        if row.hands_over:
            engine = HandingOverEngine(engine, str(self.name_of_larger), self.open_larger)
        if pains:
            kinds = Kinds(self.library, self.app.paths.cache / "kinds")
            engine = ChoosingEngine(engine, kinds, pains, row.weights)
            trials = replace(self.app, configured={"effort": row.effort}).new_trials(words) if row.tries else None
        start = time.perf_counter()
        try:
            row.answers[key] = respond(engine, prompt, Sampling(), lambda _: SilentDisplay(), trials=trials).answer.code
        except NoCandidateError:
            row.answers[key] = ""
        row.seconds.append(time.perf_counter() - start)

    def run(
        self, rows: Sequence[Row], tasks: Sequence[dict], key: str, words: Callable[[dict], str], language: str
    ) -> None:
        for number, task in enumerate(tasks, 1):
            for row in rows:
                self.answer(row, task[key], words(task), language)
            print(f"\r{number} of {len(tasks)} tasks", end="", file=sys.stderr, flush=True)
        print(file=sys.stderr)


def read_tasks(script: Path, limit: int) -> list[dict]:
    done = subprocess.run([sys.executable, script, "tasks"], check=True, capture_output=True, text=True)
    return [json.loads(line) for line in done.stdout.splitlines()][: limit or None]


def score(script: Path, rows: Sequence[Row], key: str, text: str, *options: str) -> dict[tuple[Any, str], bool]:
    """Whether each answer of the rows is right; the same answer is run once."""
    wanted = dict.fromkeys((k, answer) for row in rows for k, answer in row.answers.items())
    right: dict[tuple[Any, str], bool] = {}
    while left := [pair for pair in wanted if pair not in right]:
        batch = dict(reversed(left))  # one answer to each task
        with TemporaryDirectory() as folder:
            answers, results = Path(folder) / "answers.jsonl", Path(folder) / "results.json"
            answers.write_text("".join(json.dumps({key: k, text: answer}) + "\n" for k, answer in batch.items()))
            command = [sys.executable, script, "score", "--answers", answers, "--out", results, *options]
            subprocess.run(command, check=True, stdout=sys.stderr)
            for result in json.loads(results.read_text()):
                verdict = result["passed"] if "passed" in result else result["correct"]["embed"]
                right[result[key], batch[result[key]]] = verdict
    return right


def table(title: str, rows: Sequence[Row], right: dict[tuple[Any, str], bool], tasks: int) -> Iterator[str]:
    yield f"{title}, {tasks} tasks"
    yield f"{'':32} right   lost of fast's   median s"
    first = {k for k, answer in rows[0].answers.items() if right[k, answer]}
    for row in rows:
        good = {k for k, answer in row.answers.items() if right[k, answer]}
        lost = f"{len(first - good)} of {len(first)}"
        timed = not row.name.startswith(" ")
        seconds = f"{statistics.median(row.seconds):.2f}" if timed else ""
        yield f"{row.name:32} {len(good) / tasks:.3f}   {lost:14} {seconds:>9}"


@contextmanager
def measuring(model: str) -> Iterator[Accuracy]:
    accuracy = Accuracy(model)
    try:
        yield accuracy
    finally:
        accuracy.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--model", default="qwen2.5-coder-0.5b")
    parser.add_argument("--limit", type=int, default=0, help="so many tasks of each kind")
    parser.add_argument("--only", choices=("shell", "python"))
    options = parser.parse_args()
    if options.only != "python":
        script = options.folder / "nl2sh_eval.py"
        tasks = read_tasks(script, options.limit)
        with measuring(options.model) as accuracy:
            rows = shell_rows(accuracy.name_of_larger)
            accuracy.run(rows, tasks, "index", lambda task: task["query"], "shell")
        right = score(script, rows, "index", "command", "--mode", "embed")
        print("\n".join(table(f"words to a command, {options.model}", rows, right, len(tasks))), flush=True)
    if options.only != "shell":
        script = options.folder / "humaneval_eval.py"
        rows = [Row("fast", "fast"), Row("balanced")]
        tasks = read_tasks(script, options.limit)
        with measuring(options.model) as accuracy:
            accuracy.run(rows, tasks, "task_id", lambda task: ASK_PYTHON.format(task["prompt"]), "python")
        right = score(script, rows, "task_id", "program")
        print("\n".join(table(f"a function from its docstring, {options.model}", rows, right, len(tasks))))


if __name__ == "__main__":
    main()
