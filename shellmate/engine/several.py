"""Several answers in one batch: every sequence shares the prompt's state and goes its own way from there.

A batch of eight costs about three times one, since the weights are read once for all of them.
"""

import codecs
import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from shellmate.engine.context import LlamaContext, Sampler
from shellmate.engine.engine import Candidate, Effort, Sampling, Usage
from shellmate.engine.model import Vocabulary

_WARM_TEMPERATURE = 0.8  # what is sampled with where the caller asks for 0
_GRACE = 4  # tokens that every answer may have more than the first one


class _Sequence:
    def __init__(self, number: int, sampler: Sampler):
        self.number, self.sampler = number, sampler
        self.decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self.text, self.logprob, self.tokens, self.alive = "", 0.0, 0, True


def decode_several(
    context: LlamaContext,
    vocabulary: Vocabulary,
    sampling: Sampling,
    opening: str,
    position: int,
    count: int,
    usage: Usage,
    *,
    enough: int,
    effort: Effort,
    show: Callable[[str], None] | None,
) -> list[Candidate]:
    """Distinct answers: first the one that takes the likeliest tokens, then the others by their mean log-probability.

    The others begin with another token each, as far as there are likely ones, and go on with the likeliest; the rest
    is sampled. Dropped is what is still being written when there are `enough`, or has become longer than
    the effort allows. The logits of the prompt's last token are those of the last batch. Sequence 0 is left as it was.
    """
    greedy = replace(sampling, temperature=0)
    warm = replace(sampling, temperature=sampling.temperature or _WARM_TEMPERATURE)
    beginnings = _find_beginnings(_logprobs(context, -1), count, effort.least_share)
    kinds = [sampling, *[greedy] * len(beginnings), *[warm] * count][:count]
    sequences = [_Sequence(n, context.sampler(kind, n)) for n, kind in enumerate(kinds)]
    for sequence in sequences[1:]:
        context.copy_sequence(sequence.number)
    rows = dict.fromkeys(range(count), -1)
    try:
        while any(s.alive for s in sequences) and not _are_enough(sequences, enough, effort.patience):
            batch: list[tuple[int, int, int, bool]] = []
            logprobs: dict[int, Any] = {}
            for sequence in (s for s in sequences if s.alive):
                row = rows[sequence.number]
                if row not in logprobs:
                    logprobs[row] = _logprobs(context, row)
                begins = row == -1 and 0 < sequence.number <= len(beginnings)
                token = beginnings[sequence.number - 1] if begins else sequence.sampler.sample(row)
                _take(sequence, token, float(logprobs[row][token]), vocabulary, sampling)
                usage.tokens += 1
                if show and sequence.number == 0:
                    show(opening + sequence.text)
                if sequence.alive:
                    rows[sequence.number] = len(batch)
                    batch.append((token, position + sequence.tokens - 1, sequence.number, True))
            if batch:
                context.decode(batch)
    finally:
        for sequence in sequences:
            sequence.sampler.close()
            if sequence.number:
                context.drop_sequence(sequence.number)
        context.keep(position)
    return _distinct([s for s in sequences if not s.alive], opening)


def _logprobs(context: LlamaContext, row: int) -> Any:
    """The log-probabilities of all tokens by the logits at a row of the last batch. Float32: an answer's mean needs no
    more, and float64 takes four times as long."""
    import numpy as np

    logits = np.ctypeslib.as_array(context.logits(row), (context.vocabulary_size,))
    top = logits.max()
    return logits - (top + np.log(np.exp(logits - top).sum()))


def _find_beginnings(logprobs: Any, count: int, least_share: float) -> list[int]:
    """The likeliest first tokens but the very likeliest, at most so many less one, none of them less likely."""
    import numpy as np

    tokens = np.argpartition(-logprobs, count)[:count]
    likely = sorted((t for t in tokens.tolist() if logprobs[t] >= math.log(least_share)), key=lambda t: -logprobs[t])
    return likely[1:]


def _are_enough(sequences: list[_Sequence], enough: int, patience: float) -> bool:
    first = sequences[0]
    if first.alive:
        return False
    ended = {s.text.strip() for s in sequences if not s.alive}
    return len(ended) >= enough or max(s.tokens for s in sequences) > patience * first.tokens + _GRACE


def _take(sequence: _Sequence, token: int, logprob: float, vocabulary: Vocabulary, sampling: Sampling) -> None:
    sequence.logprob += logprob
    sequence.tokens += 1
    if vocabulary.ends_generation(token):
        sequence.alive = False
        return
    sequence.text += sequence.decoder.decode(vocabulary.bytes_of(token))
    ended = bool(sampling.stop) and sampling.stop in sequence.text
    sequence.alive = not ended and sequence.tokens < sampling.max_tokens


def _distinct(sequences: list[_Sequence], opening: str) -> list[Candidate]:
    found: dict[str, Candidate] = {}
    for s in sequences:
        found.setdefault(s.text.strip(), Candidate(opening + s.text, s.logprob / max(s.tokens, 1), s.tokens))
    first, *others = found.values()
    return [first, *sorted(others, key=lambda c: -c.mean_logprob)]
