"""What probably comes next in a line that is being typed, by fill-in-the-middle."""

import re

from shellmate.engine.engine import Sampling
from shellmate.prompt.infill import compose_infill
from shellmate.prompt.prompt import Prompt

SUGGESTING = Sampling(max_tokens=16, stop="\n")
# The mean probability of a token from which on a suggestion is worth the look.
LEAST_SHARE = 0.6
SHORTEST, LONGEST = 4, 400  # characters that were typed
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f]")


def compose_suggestion(typed: str) -> Prompt:
    """The prompt that has a line completed."""
    return compose_infill(typed, "")


def read_suggestion(typed: str, text: str, share: float) -> str:
    """What goes behind the line, or nothing: where the model, whose tokens have that `share` of the probability on the
    whole, is not sure, or writes what is no command's end."""
    line = text.split("\n")[0].rstrip()
    if share < LEAST_SHARE or _UNPRINTABLE.search(line) or not SHORTEST <= len(typed) <= LONGEST:
        return ""
    return line
