"""What probably comes next in a line that is being typed, by fill-in-the-middle."""

import math
import re

from shellmate.engine.engine import Candidate, Effort, Sampling
from shellmate.prompt.infill import compose_infill
from shellmate.prompt.prompt import Prompt

SUGGESTING = Sampling(max_tokens=10, stop="\n")
ONLY_WHAT_IS_SURE = Effort(sequences=1, surest=0.3)  # the probability of each token
# The mean probability of a token from which on a suggestion is worth the look.
LEAST_SHARE = 0.6
SHORTEST, LONGEST = 4, 400  # characters that were typed
LEAST_WORTH = 2  # characters of a suggestion
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f]")


def compose_suggestion(typed: str) -> Prompt:
    """The prompt that has a line completed."""
    return compose_infill(typed, "")


def read_suggestion(typed: str, candidate: Candidate) -> str:
    """What goes behind the line, or nothing: where the model is not sure on the whole, or writes what is no line's end.
    Of what was cut off the last word goes too, which may not be whole."""
    line = candidate.text.split("\n")[0]
    line = line.rstrip() if candidate.finished else line.rpartition(" ")[0].rstrip()
    if len(line.strip()) < LEAST_WORTH or not SHORTEST <= len(typed) <= LONGEST:
        return ""
    return "" if math.exp(candidate.mean_logprob) < LEAST_SHARE or _UNPRINTABLE.search(line) else line
