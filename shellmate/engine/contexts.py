"""The context that a prompt is evaluated in: made in the right size, holding what can be had without evaluating."""

from collections.abc import Callable
from dataclasses import dataclass

from shellmate.core.errors import UsageError
from shellmate.engine.blob import Frame
from shellmate.engine.context import LlamaContext
from shellmate.engine.cores import physical_cores
from shellmate.engine.engine import Usage
from shellmate.engine.loading import ModelLoader
from shellmate.engine.model import Weights
from shellmate.engine.states import PromptStates
from shellmate.engine.tokenized import (
    common_length,
    cut_context,
    frame_of,
    shared_beginning,
    tokenize_infill,
    tokenize_whole,
)
from shellmate.prompt.prompt import Prompt

_SHORT = 1000  # bytes of a question: room for as many tokens costs next to nothing
_LEAST_ANSWER = 64  # tokens: an input is rather cut than that an answer has less
_STEP = 256  # contexts come in multiples of it, so that the next question often fits the one that is there


@dataclass(frozen=True)
class Limits:
    """`ctx` in tokens, 0 as needed; `threads` 0 for the physical cores; `cache_size` in bytes; `keep_input` whether a
    state behind what a prompt is about is kept on disk."""

    ctx: int = 0
    threads: int = 0
    cache_size: int = 1 << 30
    keep_input: bool = True


class Contexts:
    """One context at a time. `before_close` is called before it goes: a sampler must not outlive it."""

    def __init__(
        self,
        model: ModelLoader,
        states: PromptStates,
        limits: Limits,
        say: Callable[[str], None],
        before_close: Callable[[], None],
    ):
        self._model, self._states, self._limits, self._say = model, states, limits, say
        self._before_close = before_close
        self._context: LlamaContext | None = None
        self._left_out = ""

    def prepare(
        self, prompt: Prompt, openings: tuple[str, ...], max_tokens: int, sequences: int, usage: Usage
    ) -> tuple[LlamaContext, list[int], int]:
        """A context that holds what can be had of the prompt without evaluating it, the tokens that are still to be
        evaluated (what all openings have in common last), and how many the answer may have."""
        if prompt.infill:
            return self._prepare_infill(prompt.infill, max_tokens, sequences, usage)
        frame, wanted = self._tokenize(prompt, openings, self._restore_ahead(prompt, max_tokens * sequences, sequences))
        weights = self._model.weights_for(frame)
        too_many = len(wanted) + min(max_tokens, _LEAST_ANSWER) - (self._limits.ctx or weights.context_length)
        left_out = ""
        if prompt.context and too_many > 0:
            prompt, left_out = cut_context(self._model.vocabulary, prompt, too_many)
            frame, wanted = self._tokenize(prompt, openings)
        room = self._room_for(weights, len(wanted), max_tokens)
        if left_out and left_out != self._left_out:  # an answer may take several generations
            self._say(f"shellmate: stdin: left out {left_out}, to fit the context")
            self._left_out = left_out
        context = self.obtain(weights, len(wanted) + sequences * room, sequences)
        usage.prompt_tokens, usage.primed_tokens = len(wanted), self._reuse(context, prompt, frame, wanted)
        usage.evaluated_tokens = len(wanted) - usage.primed_tokens
        return context, wanted[len(context.held) :], room

    def _prepare_infill(
        self, infill: tuple[str, str], max_tokens: int, sequences: int, usage: Usage
    ) -> tuple[LlamaContext, list[int], int]:
        """As `prepare`; a command line is short, so nothing of it is kept on disk."""
        vocabulary = self._model.vocabulary
        wanted = tokenize_infill(vocabulary, *infill)
        weights = self._model.weights_for(Frame(vocabulary.architecture, vocabulary.size, [], []))
        room = self._room_for(weights, len(wanted), max_tokens)
        context = self.obtain(weights, len(wanted) + sequences * room, sequences)
        context.keep(min(common_length(context.held, wanted), len(wanted) - 1))
        usage.prompt_tokens, usage.evaluated_tokens = len(wanted), len(wanted) - len(context.held)
        return context, wanted[len(context.held) :], room

    def _tokenize(
        self, prompt: Prompt, openings: tuple[str, ...], frame: Frame | None = None
    ) -> tuple[Frame, list[int]]:
        """The prompt's frame, if it is not known, and all of its tokens."""
        vocabulary = self._model.vocabulary
        frame = frame or frame_of(vocabulary, prompt.prefix, vocabulary.tokenize(prompt.context, special=False))
        behind = vocabulary.tokenize(shared_beginning(openings), special=False)
        return frame, tokenize_whole(vocabulary, frame, prompt.suffix) + behind

    def _restore_ahead(self, prompt: Prompt, room: int, sequences: int) -> Frame | None:
        """The prompt's frame if the store has it, with its state restored to a context that will most likely do: how
        many tokens the question has is not known before the vocabulary is loaded, only that it has no more than bytes.
        """
        if self._context:
            return None
        with self._states.read(prompt) as primed:
            if primed is None:
                return None
            weights = self._model.weights_for(primed.frame)
            own_words = prompt.suffix + max(prompt.openings, key=len, default="")
            question = len(own_words.encode("utf-8", "replace")) + len(primed.frame.after)
            most = len(primed.frame.prefix) + question + room
            if question < _SHORT and most <= (self._limits.ctx or weights.context_length):
                self.obtain(weights, most, sequences).restore(primed)
            return primed.frame

    def _room_for(self, weights: Weights, prompt_tokens: int, max_tokens: int) -> int:
        """How many tokens the answer may have. Raises UsageError where the context leaves none."""
        most = self._limits.ctx or weights.context_length
        room = min(max_tokens, most - prompt_tokens)
        if room < 1:
            what, mend = ("--ctx", "give a larger one") if self._limits.ctx else ("the model's context", "ask less")
            raise UsageError(
                f"the prompt has {prompt_tokens:,} tokens and {what} is {most:,}", f"{mend}, or give another --prompt"
            )
        return room

    def obtain(self, weights: Weights, tokens: int, sequences: int) -> LlamaContext:
        """The context that is there if it is large enough, else a new one."""
        size = -(-tokens // _STEP) * _STEP
        if self._context and self._context.size >= size and self._context.sequences >= sequences:
            return self._context
        self._close_context()
        threads = self._limits.threads or physical_cores()
        self._context = LlamaContext(weights, size, threads, sequences)
        return self._context

    def _reuse(self, context: LlamaContext, prompt: Prompt, frame: Frame, wanted: list[int]) -> int:
        """Have the context hold the frame, or more of what is wanted; how many tokens of it were at hand."""
        common, evaluated = common_length(context.held, wanted), 0
        if common < len(frame.prefix):
            evaluated = self._states.restore(context, prompt, frame)
            common = common_length(context.held, wanted)
        # The last token is always evaluated anew: its logits are wanted, and states do not hold them.
        context.keep(min(common, len(wanted) - 1))
        return len(context.held) - evaluated

    def close(self) -> None:
        """Keep on disk what is worth keeping of the context, and give it back."""
        self._before_close()
        self._states.keep(self._context)
        self._close_context()

    def _close_context(self) -> None:
        self._before_close()
        if self._context:
            self._context.close()
            self._context = None
