"""One answer, token by token."""

import codecs
import time
from collections.abc import Iterator

from shellmate.engine.context import LlamaContext, Sampler
from shellmate.engine.engine import Sampling, Usage
from shellmate.engine.model import Vocabulary


def decode(
    context: LlamaContext,
    vocabulary: Vocabulary,
    sampler: Sampler,
    sampling: Sampling,
    usage: Usage,
    written: list[int],
) -> Iterator[str]:
    """The pieces behind what was evaluated last, in whole characters: a token can be half of one. The tokens go to
    `written`."""
    decoder, tail = codecs.getincrementaldecoder("utf-8")("replace"), ""
    start = time.perf_counter()
    while not usage.finish:
        token = sampler.sample()
        if vocabulary.ends_generation(token):
            usage.finish = "stop"
            break
        usage.tokens += 1
        written.append(token)
        piece = decoder.decode(vocabulary.bytes_of(token))
        tail = (tail + piece)[-len(sampling.stop) - len(piece) :]
        usage.generation_seconds = time.perf_counter() - start
        if sampling.stop and sampling.stop in tail:
            usage.finish = "stop"
        elif usage.tokens >= sampling.max_tokens:
            usage.finish = "length"
        if piece:
            yield piece
        if not usage.finish:
            context.evaluate_one(token)
    if rest := decoder.decode(b"", True):
        yield rest
