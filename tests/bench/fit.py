"""What the features of a candidate should count for: `python -m tests.bench.fit FOLDER`, with the folder as for
`tests.bench.accuracy`.

Every command that `balanced` chooses among is judged, and weights are found that make the right ones of a task likeliest
(a conditional logit), pulled toward those of weights.toml the harder the fewer tasks are to be trusted. What such weights
are worth is said of tasks that they were not fitted to, a tenth at a time.
"""

import argparse
import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from shellmate.answer.check import check_syntax
from shellmate.answer.choosing.choose import FEATURES, distinct_choices, own_weights
from shellmate.answer.choosing.oneline import EFFORTS, ChoosingEngine
from shellmate.engine.engine import Candidate, Sampling
from shellmate.prompt.kinds import Kinds
from shellmate.prompt.prompt import compose
from shellmate.request.request import Request
from tests.bench.accuracy import Accuracy, Row, measuring, read_tasks, score

PULLS = (0.01, 0.03, 0.1, 0.3, 1.0)  # toward the weights that are, beside the mean log-likelihood of a task
FOLDS = 10
STEPS, STRIDE = 4000, 0.05


@dataclass(frozen=True)
class Judged:
    """The choices of a task: their features, a row each in the order of FEATURES, and which of them are right. The
    first is that of `fast`."""

    features: Any
    right: Any

    def takes_right(self, weights: Any) -> bool:
        return bool(len(self.right)) and bool(self.right[np.argmax(self.features @ weights)])


def write_candidates(accuracy: Accuracy, words: str) -> list[Candidate]:
    kinds = Kinds(accuracy.library, accuracy.app.paths.cache / "kinds")
    prompt = compose(Request(words, "shell", None), accuracy.library)
    list(ChoosingEngine(accuracy.engine, kinds, EFFORTS["balanced"]).generate(prompt, Sampling()))
    return accuracy.engine.last


def judge(script: Path, tasks: Sequence[dict], written: dict[Any, list[Candidate]]) -> list[Judged]:
    choices = {
        task["index"]: [
            choice
            for choice in distinct_choices(task["query"], written[task["index"]])
            if check_syntax("shell", choice.code).valid
        ]
        for task in tasks
    }
    most = max(map(len, choices.values()))
    rows = [Row(str(n), answers={i: own[n].code for i, own in choices.items() if n < len(own)}) for n in range(most)]
    right = score(script, rows, "index", "command", "--mode", "embed")
    return [
        Judged(
            np.array([[float(choice.features[name]) for name in FEATURES] for choice in own]),
            np.array([right[index, choice.code] for choice in own], dtype=bool),
        )
        for index, own in choices.items()
    ]


def fit(tasks: Sequence[Judged], start: Any, pull: float) -> Any:
    """Weights under which the right choices of a task are likely, by gradient ascent from `start`."""
    told = [task for task in tasks if task.right.any() and not task.right.all()]
    if not told:
        return start
    most = max(len(task.right) for task in told)
    features = np.zeros((len(told), most, len(start)))
    there, right = np.zeros((len(told), most), bool), np.zeros((len(told), most), bool)
    for row, task in enumerate(told):
        count = len(task.right)
        features[row, :count], there[row, :count], right[row, :count] = task.features, True, task.right
    scale = np.maximum(features[there].std(axis=0), 1e-6)
    weights = start.copy()
    for _ in range(STEPS):
        scores = features @ weights
        expected = [_mean(features, scores, mask) for mask in (right, there)]
        gradient = (expected[0] - expected[1]).mean(axis=0) - 2 * pull * (weights - start)
        weights += STRIDE * gradient / scale.clip(1.0) ** 2
    return weights


def _mean(features: Any, scores: Any, mask: Any) -> Any:
    """The mean features of each task's masked choices, by how likely they are."""
    shares = np.exp(np.where(mask, scores, -np.inf) - np.where(mask, scores, -np.inf).max(axis=1, keepdims=True))
    return ((shares / shares.sum(axis=1, keepdims=True))[..., None] * features).sum(axis=1)


def crossed(tasks: Sequence[Judged], start: Any, pull: float) -> list[bool]:
    """Whether each task is answered right by weights fitted to the tasks of the other folds."""
    taken: dict[int, bool] = {}
    for fold in range(FOLDS):
        weights = fit([task for n, task in enumerate(tasks) if n % FOLDS != fold], start, pull)
        taken |= {n: task.takes_right(weights) for n, task in enumerate(tasks) if n % FOLDS == fold}
    return [taken[n] for n in range(len(tasks))]


def table(tasks: Sequence[Judged]) -> Iterator[str]:
    start = np.array([own_weights()[name] for name in FEATURES])
    first = [bool(len(task.right)) and bool(task.right[0]) for task in tasks]

    def line(name: str, taken: Sequence[bool]) -> str:
        lost = sum(had and not has for had, has in zip(first, taken, strict=True))
        return f"{name:32} {sum(taken) / len(tasks):.3f}   {lost} of {sum(first)}"

    yield f"{len(tasks)} tasks, {sum(len(task.right) for task in tasks)} different commands"
    yield f"{'':32} right   lost of the first's"
    yield line("the first", first)
    yield line("weights.toml", [task.takes_right(start) for task in tasks])
    for pull in PULLS:
        yield line(f"fitted to the others, pull {pull}", crossed(tasks, start, pull))
    yield line("a perfect chooser", [bool(task.right.any()) for task in tasks])
    for pull in PULLS:
        fitted = ", ".join(f"{n} {w:.2f}" for n, w in zip(FEATURES, fit(tasks, start, pull), strict=True))
        yield f"fitted to all, pull {pull}: {fitted}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--model", default="qwen2.5-coder-0.5b")
    parser.add_argument("--limit", type=int, default=0, help="so many tasks")
    parser.add_argument("--keep", type=Path, metavar="FILE", help="keep the candidates there, or take those kept there")
    options = parser.parse_args()
    script = options.folder / "nl2sh_eval.py"
    tasks = read_tasks(script, options.limit)
    if options.keep and options.keep.exists():
        kept = json.loads(options.keep.read_text())
        written = {int(index): [Candidate(**candidate) for candidate in own] for index, own in kept.items()}
    else:
        with measuring(options.model) as accuracy:
            written = {task["index"]: write_candidates(accuracy, task["query"]) for task in tasks}
    if options.keep:
        options.keep.write_text(json.dumps({i: [asdict(candidate) for candidate in own] for i, own in written.items()}))
    print("\n".join(table(judge(script, tasks, written))))


if __name__ == "__main__":
    main()
