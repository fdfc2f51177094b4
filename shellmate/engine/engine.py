"""The one seam between shellmate and a model: what an engine is asked for, and what it gives back."""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from shellmate.prompt.prompt import Message, Prompt


@dataclass(frozen=True)
class Sampling:
    """`temperature` 0 takes the likeliest token; `stop` ends the answer, and is not taken back from it."""

    max_tokens: int = 512
    temperature: float = 0.0
    top_p: float = 0.95
    seed: int = 0
    stop: str = "\n```"


@dataclass(frozen=True)
class Effort:
    """How hard to look for several answers: `sequences` are decoded for each that is wanted, since some turn out the
    same; none becomes more than `patience` times as long as the first, nor longer than `longest`, in tokens.

    Those that begin `apart` from the first take another first token each, of at least the probability `least_share`,
    and then the likeliest ones; the others are sampled. When the first has ended, the others are let go where its
    probability is at least `certainty`, or after so many `seconds`. With `one_line` all are let go as soon as the first
    goes on to a second line. An answer ends in front of a token that is less likely than `surest`. Only an answer that
    opens with `behind` is looked for: else there is one, which is just the opening.
    """

    sequences: int = 2
    patience: float = 4.0
    longest: int = 1 << 20
    apart: bool = True
    least_share: float = 0.01
    certainty: float = math.inf
    seconds: float = math.inf
    one_line: bool = False
    surest: float = 0.0
    behind: str = ""


THOROUGH = Effort()


@dataclass
class Usage:
    """What generating has cost so far: tokens and seconds.

    `prompt_tokens` counts the whole prompt, `primed_tokens` those whose KV state was at hand,
    `evaluated_tokens` those that had to be evaluated, `tokens` the generated ones. `dropped_turns` are the first ones
    of the conversation, which found no room any more among the `most_tokens` that one may have. `finish` says why
    generation ended: stop, length, or empty while it runs. `model` is the one that wrote, where it is another than the
    one that was asked.
    """

    prompt_tokens: int = 0
    primed_tokens: int = 0
    evaluated_tokens: int = 0
    dropped_turns: int = 0
    most_tokens: int = 0
    tokens: int = 0
    prompt_seconds: float = 0.0
    generation_seconds: float = 0.0
    finish: str = ""
    model: str = ""

    def add(self, more: "Usage") -> None:
        """Count what a further generation for the same answer has cost."""
        self.finish, self.model = more.finish, more.model
        self.prompt_tokens = more.prompt_tokens or self.prompt_tokens  # what is at hand is asked of no model
        self.primed_tokens = self.primed_tokens or more.primed_tokens
        self.evaluated_tokens += more.evaluated_tokens
        self.dropped_turns = max(self.dropped_turns, more.dropped_turns)
        self.most_tokens = max(self.most_tokens, more.most_tokens)
        self.tokens += more.tokens
        self.prompt_seconds += more.prompt_seconds
        self.generation_seconds += more.generation_seconds

    def set_to(self, before: "Usage", more: "Usage") -> None:
        """Be what `before` and a generation that may still run have cost together."""
        vars(self).update(vars(before))
        self.add(more)

    @property
    def tokens_per_second(self) -> float:
        return self.tokens / self.generation_seconds if self.generation_seconds else 0.0

    def __str__(self) -> str:
        by = f"{self.model}: " if self.model else ""
        evaluated = f"{self.primed_tokens} primed, {self.evaluated_tokens} evaluated"
        prompt = f"prompt {self.prompt_tokens} tokens, {evaluated}; " if self.prompt_tokens else ""
        return f"{by}{prompt}answer {self.tokens} tokens, {self.tokens_per_second:.1f} a second"


@dataclass(frozen=True)
class Candidate:
    """One answer, its opening included; `logprob` is the log-probability of all its tokens. It is whole where it is
    `finished`; the `first` one is that which would have been given alone."""

    text: str
    logprob: float
    tokens: int = 1
    finished: bool = True
    first: bool = False

    @property
    def mean_logprob(self) -> float:
        return self.logprob / max(self.tokens, 1)


@dataclass
class Generation:
    """An answer that is being written: iterate for its pieces, of which the first is its opening. Where it is chosen
    from several, `preview` is given what may become the first piece, opening included, each time it has grown."""

    pieces: Iterator[str]
    usage: Usage = field(default_factory=Usage)
    preview: Callable[[str], None] | None = None

    def __iter__(self) -> Iterator[str]:
        return self.pieces


class Engine(Protocol):
    """Raises ModelError where the model cannot be loaded, UsageError where the prompt does not fit its context."""

    def generate(self, prompt: Prompt, sampling: Sampling, answered: str = "") -> Generation:
        """One answer, piece by piece. One that continues `answered` (opening included) gives that as first piece."""

    def generate_several(
        self,
        prompt: Prompt,
        sampling: Sampling,
        count: int,
        *,
        effort: Effort = THOROUGH,
        show: Callable[[str], None] | None = None,
        also: Sequence[Prompt] = (),
    ) -> tuple[list[Candidate], Usage]:
        """Up to `count` distinct answers, decoded in one batch: the one that takes the likeliest tokens, then the
        others, likeliest first. `show` is given the text of the first, opening included, each time it has grown.
        The prompts that there are `also` ask the same behind other prefixes: each of them has its share of the
        answers."""

    def note_turn(self, prompt: Prompt, answer: str) -> None:
        """Have the state at hand behind an answer, opening included, for the question that comes next."""

    def prime(self, prefix: tuple[Message, ...]) -> int:
        """Have the KV state of a prefix on disk; how many tokens it has."""

    def close(self) -> None:
        """Give back memory and files."""


class EngineAround:
    """What an engine that has another one write leaves to that one."""

    def __init__(self, engine: Engine):
        self._engine = engine

    def note_turn(self, prompt: Prompt, answer: str) -> None:
        self._engine.note_turn(prompt, answer)

    def prime(self, prefix: tuple[Message, ...]) -> int:
        return self._engine.prime(prefix)

    def close(self) -> None:
        self._engine.close()
