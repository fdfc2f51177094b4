"""Several answers in one batch: every sequence shares the prompt's state and goes its own way from there.

A batch of eight costs about three times one, since the weights are read once for all of them.
"""

import codecs
import math
from collections.abc import Callable
from dataclasses import replace

from shellmate.engine.context import LlamaContext, Sampler
from shellmate.engine.engine import Candidate, Sampling, Usage
from shellmate.engine.model import Vocabulary

_WARM_TEMPERATURE = 0.8  # what the sequences behind the first are sampled with where the caller asks for 0


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
    show: Callable[[str], None] | None = None,
) -> list[Candidate]:
    """Distinct answers, likeliest first by the mean log-probability of their tokens; those that are still being
    written when the likeliest and as many others as are `enough` have come to an end are dropped.

    The logits of the prompt's last token are those of the last batch. Sequence 0 is left as it was.
    """
    import numpy as np

    warm = replace(sampling, temperature=sampling.temperature or _WARM_TEMPERATURE)
    sequences = [_Sequence(n, context.sampler(warm if n else sampling, n)) for n in range(count)]
    for sequence in sequences[1:]:
        context.copy_sequence(sequence.number)
    rows = dict.fromkeys(range(count), -1)
    try:
        while any(s.alive for s in sequences) and not _are_enough(sequences, enough):
            batch: list[tuple[int, int, int, bool]] = []
            logprobs = {}
            for sequence in (s for s in sequences if s.alive):
                row = rows[sequence.number]
                token = sequence.sampler.sample(row)
                if row not in logprobs:
                    logits = np.ctypeslib.as_array(context.logits(row), (context.vocabulary_size,)).astype(np.float64)
                    top = logits.max()
                    logprobs[row] = logits - (top + math.log(np.exp(logits - top).sum()))
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


def _are_enough(sequences: list[_Sequence], enough: int) -> bool:
    ended = {s.text.strip() for s in sequences if not s.alive}
    return not sequences[0].alive and len(ended) >= enough


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
    return sorted(found.values(), key=lambda c: -c.mean_logprob)
