"""The settings that the figures speak for."""

from collections.abc import Sequence
from dataclasses import dataclass

from shellmate.bench.figures import EffortFigures, Figure, ModelFigures, ThreadFigures
from shellmate.models.auto import CODERS

SOON = 3.0  # seconds for an answer: who waits longer has typed it
_QUESTION, _ANSWER = 20, 40  # tokens of a question that is behind a primed prompt, and of a command
_BALANCED = 2.4  # times as long as `fast`, as the accuracy bench has it
_WORTH_IT = 1.05  # times as fast: less is noise


@dataclass(frozen=True)
class Suggestion:
    """A setting's name and value, as `shellmate config set` takes them, and why, in a sentence."""

    name: str
    value: str
    reason: str


@dataclass(frozen=True)
class _Way:
    """A model and an effort to answer with, in so many seconds; the more `good`, the better."""

    model: ModelFigures
    effort: str
    seconds: float
    good: float
    said: str


def suggest(models: Sequence[ModelFigures], cores: int) -> list[Suggestion]:
    """What to set, for a machine of so many physical cores; nothing where no model was measured to its end."""
    measured = [m for m in models if not m.error and _quickest(m)]
    asked = [_way(m, effort, f) for m in measured for effort in m.efforts if (f := effort.seconds)]
    ways = asked or [way for m in measured for way in _ways_by_speed(m)]
    if not ways:
        return []
    soon = [way for way in ways if way.seconds <= SOON]
    best = max(soon, key=lambda way: (way.good, -way.seconds)) if soon else min(ways, key=lambda way: way.seconds)
    why = (
        f"the best of what answers within {SOON:.0f} s: {best.said}" if soon else "nothing that was measured is sooner"
    )
    others = [way for way in ways if way.model is best.model and way.effort != best.effort]
    beside = "".join(f"; {way.effort}: {way.said}, {way.seconds:.1f} s" for way in others)
    if asked and not best.good:
        return _threads(best.model, cores)
    return [
        *([Suggestion("model", best.model.name, why)] if len(measured) > 1 else []),
        Suggestion("effort", best.effort, f"{best.said}, {best.seconds:.1f} s for an answer{beside}"),
        *_threads(best.model, cores),
    ]


def _way(model: ModelFigures, effort: EffortFigures, seconds: Figure) -> _Way:
    said = f"{effort}{'' if effort.only_parsed else ' answers run'}"
    return _Way(model, effort.effort, seconds.median, effort.good, said)


def _ways_by_speed(model: ModelFigures) -> list[_Way]:
    """Where no questions were asked: the efforts as long as they should take, the better the model the better."""
    row = _quickest(model)
    assert row
    fast = (row.warm.median if row.warm else 0.0) + seconds_for_answer(row)
    rank = len(CODERS) - CODERS.index(model.name) if model.name in CODERS else 0
    said = "no questions were asked"
    return [_Way(model, "balanced", fast * _BALANCED, rank + len(CODERS), said), _Way(model, "fast", fast, rank, said)]


def _threads(model: ModelFigures, cores: int) -> list[Suggestion]:
    """As many as are quickest; all physical cores, the default, where that is no slower than the quickest."""
    rows = [row for row in model.rows if row.prompt and row.generation]
    quickest = _quickest(model)
    if len(rows) < 2 or quickest is None:
        return []
    usual = next((row for row in rows if row.threads == cores), quickest)
    chosen = usual if seconds_for_answer(usual) <= _WORTH_IT * seconds_for_answer(quickest) else quickest
    others = [row for row in rows if row is not chosen]
    other = min(others, key=seconds_for_answer)
    times = seconds_for_answer(other) / seconds_for_answer(chosen)
    threads = f"{other.threads} thread{'s' if other.threads > 1 else ''}"
    than = f"{times:.1f} times as fast as {threads}" if times >= _WORTH_IT else f"no slower than {threads}"
    if chosen.threads == cores:
        return [Suggestion("threads", "0", f"all {cores} physical cores are {than}")]
    return [Suggestion("threads", str(chosen.threads), f"they are {than}")]


def _quickest(model: ModelFigures) -> ThreadFigures | None:
    rows = [row for row in model.rows if row.prompt and row.generation]
    return min(rows, key=seconds_for_answer, default=None)


def seconds_for_answer(row: ThreadFigures) -> float:
    """To evaluate a question and to write a command, once the model is there."""
    assert row.prompt and row.generation
    return _QUESTION / row.prompt.median + _ANSWER / row.generation.median
