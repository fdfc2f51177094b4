"""Several answers in one batch: the sequences of a window share its prompt's state and go their own ways from there.

A batch of eight costs about three times one, since the weights are read once for all of them. Sequences that have said
the same so far are one branch, which is evaluated once: its tokens belong to all of them.
"""

import codecs
import math
import random
import re
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from shellmate.engine.context import LlamaContext
from shellmate.engine.engine import Candidate, Effort, Sampling, Usage
from shellmate.engine.model import Vocabulary

_WARM_TEMPERATURE = 0.8  # what is sampled with where the caller asks for 0
_GRACE = 4  # tokens that every answer may have more than the first one
_LIKELIEST = 40  # tokens that are sampled from, at most
MOST_SEQUENCES = 16
_SECOND_LINE = re.compile(r"\S\s*\n\s*[^\s`]")  # with something on it that is no closing fence


@dataclass(frozen=True)
class Window:
    """A prompt that is evaluated up to `position` in the sequence `first`, from which `count` of them in a row go on;
    `logprobs` are those of all tokens behind it."""

    first: int
    count: int
    position: int
    logprobs: Any

    @property
    def sequences(self) -> range:
        return range(self.first, self.first + self.count)


@dataclass
class _Branch:
    """What the `members`, numbers of sequences, have said so far behind `position`; `token` is the last one, whose
    logits are those at `row` of the last batch, or there is none yet."""

    members: list[int]
    position: int
    decoder: codecs.IncrementalDecoder
    token: int = -1
    row: int = -1
    text: str = ""
    logprob: float = 0.0
    tokens: int = 0
    alive: bool = True
    ended: bool = False

    @property
    def has_first(self) -> bool:
        return self.members[0] == 0

    def followed_by(self, token: int, logprob: float, members: list[int]) -> "_Branch":
        """What becomes of it, for some of its members, with another token."""
        decoder = _new_decoder()
        decoder.setstate(self.decoder.getstate())
        return _Branch(members, self.position, decoder, token, -1, self.text, self.logprob + logprob, self.tokens + 1)


def _new_decoder() -> codecs.IncrementalDecoder:
    return codecs.getincrementaldecoder("utf-8")("replace")


@dataclass
class SeveralDecoding:
    """Distinct answers behind the windows, of which the first begins with sequence 0: first the answer that takes the
    likeliest tokens there, then the others by their mean log-probability.

    Dropped is what is still being written when there are `enough`, or when the effort allows no more. Sequence 0 is
    left as it was, the others are empty.
    """

    context: LlamaContext
    vocabulary: Vocabulary
    sampling: Sampling
    opening: str
    windows: Sequence[Window]
    usage: Usage
    enough: int
    effort: Effort
    show: Callable[[str], None] | None
    _branches: list[_Branch] = field(default_factory=list, init=False)
    _choosers: list["_Chooser"] = field(default_factory=list, init=False)
    _least_logprob: float = field(default=-math.inf, init=False)

    def candidates(self) -> list[Candidate]:
        start = time.monotonic()
        self._least_logprob = math.log(self.effort.surest) if self.effort.surest else -math.inf
        self._branches = [_Branch(list(w.sequences), w.position, _new_decoder()) for w in self.windows]
        self._choosers = [chooser for window in self.windows for chooser in self._choosers_for(window)]
        for window in self.windows:
            for number in window.sequences[1:]:
                self.context.copy_sequence(number, window.first)
        try:
            begun = zip(self._branches, self.windows, strict=True)
            self._continue_with([b for branch, window in begun for b in self._followed(branch, window.logprobs)])
            while not self._are_enough(time.monotonic() - start):
                self._continue_with([b for branch in self._branches if branch.alive for b in self._continue(branch)])
        finally:
            for number in range(1, len(self._choosers)):
                self.context.drop_sequence(number)
            self.context.keep(self.windows[0].position)
        return self._distinct()

    def _choosers_for(self, window: Window) -> list["_Chooser"]:
        """How each sequence chooses its tokens: the first as it was asked for; the others, where they are to begin
        apart and as far as there are likely beginnings, by those and then the likeliest; the rest is sampled."""
        first = _Chooser(self.sampling, window.first)
        warm = replace(self.sampling, temperature=self.sampling.temperature or _WARM_TEMPERATURE)
        beginnings: list[int] = []
        if self.effort.apart:
            beginnings = _find_beginnings(window.logprobs, window.count, self.effort.least_share)
        apart = [_Chooser(replace(self.sampling, temperature=0), 0, token) for token in beginnings]
        sampled = (_Chooser(warm, number) for number in window.sequences[1 + len(apart) :])
        return [first, *apart, *sampled][: window.count]

    def _are_enough(self, seconds: float) -> bool:
        first = next(branch for branch in self._branches if branch.has_first)
        if self.effort.one_line and _SECOND_LINE.search(first.text):
            return True
        if not any(branch.alive for branch in self._branches):
            return True
        if first.alive:
            return False
        if first.logprob >= math.log(self.effort.certainty) or seconds >= self.effort.seconds:
            return True
        ended = {branch.text.strip() for branch in self._branches if not branch.alive}
        longest = max(branch.tokens for branch in self._branches)
        return len(ended) >= self.enough or longest > self.effort.patience * first.tokens + _GRACE

    def _continue_with(self, taken: list[_Branch]) -> None:
        """Evaluate the last tokens of the branches that those which are alive have become."""
        self._branches = sorted([b for b in self._branches if not b.alive] + taken, key=lambda b: b.members)
        alive = [branch for branch in self._branches if branch.alive]
        for row, branch in enumerate(alive):
            branch.row = row
        if alive:
            self.context.decode([(b.token, b.position + b.tokens - 1, b.members, True) for b in alive])

    def _continue(self, branch: _Branch) -> Iterator[_Branch]:
        return self._followed(branch, logprobs_of(self.context, branch.row))

    def _followed(self, branch: _Branch, logprobs: Any) -> Iterator[_Branch]:
        """The branches that a branch becomes by its members' next tokens."""
        likeliest = _Likeliest.of(logprobs)
        chosen: dict[int, list[int]] = {}
        for member in branch.members:
            token = self._choosers[member].choose(likeliest, branch.tokens)
            if logprobs[token] < self._least_logprob:
                branch.alive, branch.ended = False, True
                yield branch
                return
            chosen.setdefault(token, []).append(member)
        for token, members in chosen.items():
            after = branch.followed_by(token, float(logprobs[token]), members)
            self.usage.tokens += len(members)
            self._read(after)
            if self.show and after.has_first:
                self.show(self.opening + after.text)
            yield after

    def _read(self, branch: _Branch) -> None:
        """Take a branch's last token into its text, or end it there."""
        if self.vocabulary.ends_generation(branch.token):
            branch.alive, branch.ended = False, True
            return
        branch.text += branch.decoder.decode(self.vocabulary.bytes_of(branch.token))
        branch.ended = bool(self.sampling.stop) and self.sampling.stop in branch.text
        branch.alive = not branch.ended and branch.tokens < self.sampling.max_tokens

    def _distinct(self) -> list[Candidate]:
        """What has ended, and the first in any case."""
        found: dict[str, Candidate] = {}
        for branch in self._branches:
            if branch.alive and not branch.has_first:
                continue
            candidate = Candidate(self.opening + branch.text, branch.logprob, branch.tokens, branch.ended)
            same = found.setdefault(branch.text.strip(), candidate)
            if candidate.logprob > same.logprob:
                found[branch.text.strip()] = candidate
        first, *others = found.values()
        return [replace(first, first=True), *sorted(others, key=lambda c: -c.mean_logprob)]


@dataclass(frozen=True)
class _Likeliest:
    """The likeliest tokens with their log-probabilities, likeliest first."""

    tokens: Any
    logprobs: Any

    @classmethod
    def of(cls, logprobs: Any) -> "_Likeliest":
        import numpy as np

        tokens = np.argpartition(-logprobs, _LIKELIEST)[:_LIKELIEST]
        tokens = tokens[np.argsort(-logprobs[tokens], kind="stable")]
        return cls(tokens, logprobs[tokens])


class _Chooser:
    """How one sequence chooses its tokens; `number` keeps the seeds of several apart, `beginning` is its first one."""

    def __init__(self, sampling: Sampling, number: int, beginning: int | None = None):
        self._sampling, self._beginning = sampling, beginning
        self._random = random.Random(sampling.seed * MOST_SEQUENCES + number)

    def choose(self, likeliest: _Likeliest, place: int) -> int:
        """The token at a place of the answer: the likeliest, or one of those that make up top-p by their chances."""
        if place == 0 and self._beginning is not None:
            return self._beginning
        if self._sampling.temperature <= 0:
            return int(likeliest.tokens[0])
        import numpy as np

        total = np.cumsum(np.exp(likeliest.logprobs))
        count = int(np.searchsorted(total, self._sampling.top_p * total[-1])) + 1
        warmed = likeliest.logprobs[:count] / self._sampling.temperature
        chances = np.cumsum(np.exp(warmed - warmed[0]))
        return int(likeliest.tokens[np.searchsorted(chances, self._random.random() * chances[-1], side="right")])


def logprobs_of(context: LlamaContext, row: int) -> Any:
    """The log-probabilities of all tokens by the logits at a row of the last batch. Float32: an answer's mean needs no
    more, and float64 takes four times as long."""
    import numpy as np

    logits = np.ctypeslib.as_array(context.logits(row), (context.vocabulary_size,))
    top = logits.max()
    return logits - (top + np.log(np.exp(logits - top).sum()))


def _find_beginnings(logprobs: Any, count: int, least_share: float) -> list[int]:
    """The likeliest first tokens but the very likeliest, at most so many less one, none of them less likely."""
    likeliest = _Likeliest.of(logprobs)
    likely = (likeliest.logprobs >= math.log(least_share)).sum()
    return [int(token) for token in likeliest.tokens[1 : min(int(likely), count)]]
