"""Which of several commands for one question is the right one, by features that need no second model."""

import math
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from shellmate.answer.answer import read_candidate
from shellmate.answer.check import check_syntax
from shellmate.answer.choosing.literals import invented_words, missing_literals
from shellmate.answer.choosing.meaning import meaning_of
from shellmate.answer.choosing.slips import slips_in
from shellmate.answer.choosing.wants import count_unasked, count_unmet
from shellmate.engine.engine import Candidate

_HOPELESS = 8.0  # so much worse than the best that a fault of that one is the lesser evil
_MOST = 3  # of a kind of fault: a command with more of them is no worse


@dataclass(frozen=True)
class Choice:
    """A candidate with its `code` and what speaks for and against it, by name of the feature."""

    candidate: Candidate
    code: str
    features: Mapping[str, float]


Feature = Callable[[str, str, Candidate], float]  # of a question's words, a command and its candidate

FEATURES: dict[str, Feature] = {
    "logprob": lambda words, code, candidate: max(candidate.logprob, -30.0),
    "unmet": lambda words, code, candidate: min(_MOST, count_unmet(words, code)),
    "unasked": lambda words, code, candidate: min(_MOST, count_unasked(words, code)),
    "missing": lambda words, code, candidate: min(_MOST, len(missing_literals(words, code))),
    "invented": lambda words, code, candidate: min(_MOST, len(invented_words(words, code))),
    "first": lambda words, code, candidate: candidate.first,
    "slips": lambda words, code, candidate: min(_MOST, len(slips_in(words, code))),
}


def rank(words: str, candidates: list[Candidate], weights: Mapping[str, float] | None = None) -> list[Candidate]:
    """The candidates with different commands that parse, best first, without the hopeless; none where none parses."""
    choices = [choice for choice in distinct_choices(words, candidates) if check_syntax("shell", choice.code).valid]
    weights = own_weights() if weights is None else weights
    scores = {choice.code: score(choice, weights) for choice in choices}
    least = max(scores.values(), default=0.0) - _HOPELESS
    ranked = sorted((choice for choice in choices if scores[choice.code] >= least), key=lambda c: -scores[c.code])
    return [choice.candidate for choice in ranked]


def distinct_choices(words: str, candidates: list[Candidate]) -> list[Choice]:
    """One choice for each meaning, in the order of the candidates: that which was written first, as likely as all that
    mean the same together."""
    found: dict[tuple[str, ...], Candidate] = {}
    codes = {candidate.text: read_candidate(candidate.text).code.strip() for candidate in candidates}
    for candidate in candidates:
        if codes[candidate.text]:
            meaning = meaning_of(codes[candidate.text])
            same = found.get(meaning)
            found[meaning] = replace(same, logprob=_either(same, candidate)) if same else candidate
    return [_choice(words, codes[candidate.text], candidate) for candidate in found.values()]


def _either(one: Candidate, other: Candidate) -> float:
    """The log-probability of the one or the other, no more than certain: they may be of different windows."""
    highest = max(one.logprob, other.logprob)
    return min(0.0, highest + math.log1p(math.exp(min(one.logprob, other.logprob) - highest)))


def _choice(words: str, code: str, candidate: Candidate) -> Choice:
    return Choice(candidate, code, {name: feature(words, code, candidate) for name, feature in FEATURES.items()})


def score(choice: Choice, weights: Mapping[str, float]) -> float:
    return sum(weight * choice.features[name] for name, weight in weights.items())


_WEIGHTS = Path(__file__).with_name("weights.toml")


@cache
def own_weights() -> dict[str, float]:
    """What each feature counts for."""
    weights: dict[str, float] = tomllib.loads(_WEIGHTS.read_text(encoding="utf-8"))["weights"]
    return weights
