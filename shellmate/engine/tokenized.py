"""A prompt in tokens, cut where its KV state can be kept."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from shellmate.engine.chatformat import render_prompt
from shellmate.engine.model import LlamaModel
from shellmate.prompt.prompt import Prompt


@dataclass(frozen=True)
class TokenizedPrompt:
    """`prefix` is the part whose state can be kept, empty where the boundary does not hold."""

    prefix: list[int]
    suffix: list[int]

    @property
    def whole(self) -> list[int]:
        return self.prefix + self.suffix


def tokenize_prompt(model: LlamaModel, prompt: Prompt) -> TokenizedPrompt:
    """The prompt's tokens by the model's own chat template. The user's text is tokenized as text, so that a
    <|im_end|> in it ends nothing.

    The prefix has to have the same tokens alone as in front of what follows; where it has not, there is no prefix.
    """
    rendered = render_prompt(model.binding, model.chat_template, prompt.prefix)
    around = model.tokenize(rendered.prefix + rendered.before, special=True, start=True)
    behind = model.tokenize(prompt.suffix, special=False) + model.tokenize(rendered.after, special=True)
    prefix = model.tokenize(rendered.prefix, special=True, start=True) if rendered.prefix else []
    before = model.tokenize(rendered.before, special=True, start=not prefix)
    if prefix + before != around:
        return TokenizedPrompt([], around + behind)
    return TokenizedPrompt(prefix, before + behind)


def shared_beginning(openings: Sequence[str]) -> str:
    """What all openings begin with."""
    first, last = min(openings, default=""), max(openings, default="")  # the two that differ soonest
    return first[: common_length(first, last)]


def choose_opening(model: LlamaModel, openings: Sequence[str], logits: Any) -> tuple[str, list[int]]:
    """The opening whose first own token is likeliest by the logits behind what they share; its tokens from there."""
    shared = len(shared_beginning(openings))
    rests = {opening: model.tokenize(opening[shared:], special=False) for opening in openings}
    opening = max(openings, key=lambda o: logits[rests[o][0]])
    return opening, rests[opening]


def common_length(a: Sequence[Any], b: Sequence[Any]) -> int:
    """How many items two sequences have in common at their beginnings."""
    return next((i for i, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))
