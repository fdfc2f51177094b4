"""A prompt in tokens: its frame, and what goes between."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from shellmate.engine.blob import Frame
from shellmate.engine.chatformat import render_prompt
from shellmate.engine.model import Vocabulary
from shellmate.prompt.prompt import Message, Prompt

_CUT_MARK = 12  # tokens, more than the mark of a cut has, and than the text in front of it gains by being cut there


def frame_of(vocabulary: Vocabulary, prompt: Prompt) -> Frame:
    """The tokens around a question, by the model's own chat template. What people and models said is tokenized by
    itself, and as text: a <|im_end|> in it ends nothing."""
    rendered = render_prompt(vocabulary.binding, vocabulary.chat_template, prompt.prefix, prompt.turns)
    tokens = vocabulary.tokenize(rendered.before, special=True, start=True)
    ends = [len(tokens)]
    for turn, behind in zip(prompt.turns, rendered.between, strict=True):
        tokens += vocabulary.tokenize(turn.content, special=False) + vocabulary.tokenize(behind, special=True)
        if turn.role == "assistant":
            ends.append(len(tokens))
    tokens += vocabulary.tokenize(prompt.context, special=False)
    return Frame(
        vocabulary.architecture, vocabulary.size, tokens, vocabulary.tokenize(rendered.after, special=True), ends
    )


def frame_behind(vocabulary: Vocabulary, prompt: Prompt, frame: Frame, answered: Sequence[int]) -> Frame:
    """The frame of the next turn: `frame` is that of `prompt`, `answered` are all tokens from the first of the prompt
    to the last of its answer."""
    turns = (*prompt.turns, Message("user", ""), Message("assistant", ""))
    rendered = render_prompt(vocabulary.binding, vocabulary.chat_template, prompt.prefix, turns)
    tokens = [*answered, *vocabulary.tokenize(rendered.between[-1], special=True)]
    return replace(frame, prefix=tokens, ends=[*frame.ends, len(tokens)])


def tokenize_whole(vocabulary: Vocabulary, frame: Frame, question: str) -> list[int]:
    """All of the prompt's tokens. The question never changes those of the frame, whose state is kept."""
    return frame.prefix + vocabulary.tokenize(question, special=False) + frame.after


def tokenize_infill(vocabulary: Vocabulary, before: str, after: str | None) -> list[int]:
    """The tokens behind which a model writes what goes between two texts, or behind the first where it is alone."""
    if after is None:
        return vocabulary.tokenize(before, special=False, start=True)
    marks = vocabulary.infill_tokens
    begin, end = (vocabulary.tokenize(text, special=False) for text in (before, after))
    return [marks[0], *begin, marks[1], *end, marks[2]]


def cut_context(vocabulary: Vocabulary, prompt: Prompt, too_many: int) -> tuple[Prompt, str]:
    """The prompt with at least so many tokens less of its context, its closing fence kept; and what was left out."""
    body, fence, end = prompt.context.rpartition("\n```")
    tokens = vocabulary.tokenize(body, special=False)
    kept = tokens[: max(0, len(tokens) - too_many - _CUT_MARK)]
    left_out = f"{len(tokens) - len(kept):,} of {len(tokens):,} tokens"
    text = b"".join(vocabulary.bytes_of(t) for t in kept).decode("utf-8", "ignore")
    return replace(prompt, context=f"{text}\n...{fence}{end}" if kept else ""), left_out


def shared_beginning(openings: Sequence[str]) -> str:
    """What all openings begin with."""
    first, last = min(openings, default=""), max(openings, default="")  # the two that differ soonest
    return first[: common_length(first, last)]


def choose_opening(vocabulary: Vocabulary, openings: Sequence[str], logits: Any) -> tuple[str, list[int]]:
    """The opening whose first own token is likeliest by the logits behind what they share; its tokens from there."""
    shared = len(shared_beginning(openings))
    rests = {opening: vocabulary.tokenize(opening[shared:], special=False) for opening in openings}
    opening = max(openings, key=lambda o: logits[rests[o][0]])
    return opening, rests[opening]


def common_length(a: Sequence[Any], b: Sequence[Any]) -> int:
    """How many items two sequences have in common at their beginnings."""
    return next((i for i, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))
