"""What probably comes next in a line that is being typed, by fill-in-the-middle."""

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from shellmate.engine.engine import Candidate, Effort, Sampling
from shellmate.prompt.infill import compose_infill, compose_request_infill
from shellmate.prompt.prompt import Prompt

SUGGESTING = Sampling(max_tokens=10, stop="\n")
SHORTEST, LONGEST = 4, 400  # characters that were typed
LEAST_WORTH = 2  # characters of a suggestion
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f]")


@dataclass(frozen=True)
class Lines:
    """A kind of line: the prompt for its end, the probability that each token of that must have, and the mean one from
    which on a suggestion is worth the look."""

    compose: Callable[[str], Prompt]
    surest: float
    least_share: float

    @property
    def effort(self) -> Effort:
        return Effort(sequences=1, surest=self.surest)


COMMANDS = Lines(partial(compose_infill, after=""), 0.3, 0.6)
# The same thing can be said in many ways, so of words none is as likely: of 23 requests that were begun, what was
# suggested from here on was what people would say, and what was below it mostly not.
REQUESTS = Lines(compose_request_infill, 0.1, 0.42)


def has_an_end(typed: str) -> bool:
    """Whether so much, and no more, was typed that one can be suggested."""
    return SHORTEST <= len(typed) <= LONGEST


def read_suggestion(lines: Lines, candidate: Candidate) -> str:
    """What goes behind the line, or nothing: where the model is not sure on the whole, or writes what is no line's end.
    Of what was cut off the last word goes too, which may not be whole."""
    line = candidate.text.split("\n")[0]
    line = line.rstrip() if candidate.finished else line.rpartition(" ")[0].rstrip()
    if len(line.strip()) < LEAST_WORTH:
        return ""
    return "" if math.exp(candidate.mean_logprob) < lines.least_share or _UNPRINTABLE.search(line) else line
