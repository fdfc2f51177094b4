"""The settings that the figures speak for."""

from collections.abc import Sequence
from dataclasses import dataclass

from shellmate.bench.figures import EffortFigures, Figure, ModelFigures, ThreadFigures
from shellmate.models.auto import CODERS, TAKES

SOON = 3.0  # seconds for an answer: who waits longer has typed it
_QUESTION, _ANSWER = 20, 40  # tokens of a question that is behind a primed prompt, and of a command
_BALANCED = TAKES["balanced"] / TAKES["fast"]  # times as long
_STRANGER, _KNOWN = 0.1, 1  # how good a model is of which nothing is known, and the smallest one that is known
_OF_THE_BEST = 0.5  # what is less good than that of the best is no use, however quick it is
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
    said: str = "by its size and speed, since no questions were asked"
    asked: bool = False


def suggest(models: Sequence[ModelFigures], cores: int) -> list[Suggestion]:
    """What to set, for a machine of so many physical cores; nothing where no model was measured to its end."""
    measured = [m for m in models if not m.error and _quickest(m)]
    asked = [_way(m, effort, f) for m in measured for effort in m.efforts if (f := effort.seconds)]
    ways = asked or [way for m in measured for way in _ways_by_speed(m)]
    if not ways:
        return []
    most = max(way.good for way in ways)
    useful = [way for way in ways if way.good >= (most * _OF_THE_BEST if asked else min(most, _KNOWN))]
    soon = [way for way in useful if way.seconds <= SOON]
    best = max(soon, key=lambda way: (way.good, -way.seconds)) if soon else min(useful, key=lambda way: way.seconds)
    why = f"the best of what answers within {SOON:.0f} s" if soon else "nothing that is as good answers sooner"
    if asked and not best.good:
        return _threads(best.model, cores)
    return [
        *([Suggestion("model", best.model.name, f"{why}: {best.said}")] if len(measured) > 1 else []),
        Suggestion("effort", best.effort, _why_effort(best, [way for way in ways if way.model is best.model])),
        *_threads(best.model, cores),
    ]


def _why_effort(best: _Way, ways: Sequence[_Way]) -> str:
    """The seconds for an answer, and what was found out about the answers, with each effort."""
    told = (f"{way.effort} takes {way.seconds:.1f} s{f' ({way.said})' if way.asked else ''}" for way in ways)
    return ", ".join(told) + ("" if best.asked else "; no questions were asked")


def _way(model: ModelFigures, effort: EffortFigures, seconds: Figure) -> _Way:
    said = f"{effort}{'' if effort.only_parsed else ' answers run'}"
    return _Way(model, effort.effort, seconds.median, effort.good, said, asked=True)


def _ways_by_speed(model: ModelFigures) -> list[_Way]:
    """Where no questions were asked: the efforts as long as they should take, the better the model the better."""
    row = _quickest(model)
    assert row
    fast = (row.warm.median if row.warm else 0.0) + seconds_for_answer(row)
    rank = len(CODERS) - CODERS.index(model.name) if model.name in CODERS else _STRANGER
    return [
        _Way(model, "fast", fast, rank),
        _Way(model, "balanced", fast * _BALANCED, rank + (len(CODERS) if rank > _STRANGER else _STRANGER)),
    ]


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
    than = f"{times:.1f} times as fast as" if times >= _WORTH_IT else "no slower than"
    value, with_what = str(chosen.threads), f"{chosen.threads} thread{'s' if chosen.threads > 1 else ''}"
    if chosen.threads == cores:
        value, with_what = "0", f"all {cores} physical cores"
    return [Suggestion("threads", value, f"with {with_what} an answer is {than} with {other.threads}")]


def _quickest(model: ModelFigures) -> ThreadFigures | None:
    rows = [row for row in model.rows if row.prompt and row.generation]
    return min(rows, key=seconds_for_answer, default=None)


def seconds_for_answer(row: ThreadFigures) -> float:
    """To evaluate a question and to write a command, once the model is there."""
    assert row.prompt and row.generation
    return _QUESTION / row.prompt.median + _ANSWER / row.generation.median
