"""The context that a prompt is evaluated in: made in the right size, holding what can be had without evaluating."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from shellmate.core.errors import UsageError
from shellmate.engine.blob import Frame, PrimedPrompt
from shellmate.engine.context import LlamaContext
from shellmate.engine.cores import physical_cores
from shellmate.engine.engine import Usage
from shellmate.engine.loading import ModelLoader
from shellmate.engine.model import Weights
from shellmate.engine.runner import OwnRunner
from shellmate.engine.states import Keeping, PromptStates
from shellmate.engine.tokenized import (
    common_length,
    cut_context,
    shared_beginning,
    tokenize_infill,
    tokenize_whole,
)
from shellmate.prompt.prompt import Message, Prompt

_SHORT = 1000  # bytes of a question: room for as many tokens costs next to nothing
_LEAST_ANSWER = 64  # tokens: an input is rather cut than that an answer has less
_LEAST_TURN = 256  # tokens: the oldest turns rather go than that an answer has less
_STEP = 256  # contexts come in multiples of it, so that the next question often fits the one that is there
_AHEAD = 1024  # tokens of room for the turns to come
# Of a conversation, where --ctx says nothing: behind more a small model is slow, and has long lost the thread.
_LONGEST_CONVERSATION = 8192


MakeContext = Callable[[Weights, int, int], LlamaContext]  # for so many tokens and sequences


@dataclass(frozen=True)
class Limits:
    """`ctx` in tokens, 0 as needed; `threads` 0 for the physical cores; `cache_size` in bytes."""

    ctx: int = 0
    threads: int = 0
    cache_size: int = 1 << 30
    keeping: Keeping = field(default_factory=Keeping)


class Contexts:
    """One context at a time. `before_close` is called before it goes: a sampler must not outlive it. `make` makes
    another than one of its own."""

    def __init__(
        self,
        model: ModelLoader,
        states: PromptStates,
        limits: Limits,
        say: Callable[[str], None],
        before_close: Callable[[], None],
        make: MakeContext | None = None,
    ):
        self._model, self._states, self._limits, self._say = model, states, limits, say
        self._before_close = before_close
        self._make = make or self._make_own
        self._context: LlamaContext | None = None
        self._left_out = ""
        self.frame: Frame | None = None  # of the prompt that was prepared last

    def prepare(
        self, prompt: Prompt, openings: tuple[str, ...], max_tokens: int, sequences: int, usage: Usage, beside: int = 0
    ) -> tuple[LlamaContext, list[int], int]:
        """A context that holds what can be had of the prompt without evaluating it, the tokens that are still to be
        evaluated (what all openings have in common last), and how many the answer may have. There will be about so
        many tokens `beside` them."""
        if prompt.infill:
            return self._prepare_infill(prompt.infill, max_tokens, sequences, usage)
        frame, wanted = self._tokenize(
            prompt, openings, self._restore_ahead(prompt, max_tokens * sequences + beside, sequences)
        )
        weights = self._model.weights_for(frame)
        usage.most_tokens = self._conversation_room(weights)
        if prompt.turns:
            room = usage.most_tokens - len(wanted) - min(max_tokens, _LEAST_TURN)
            if room < 0 and (count := _count_superfluous(frame, prompt.turns, room)):
                prompt, frame = self._drop_turns(prompt, frame, weights, count, sequences)
                _, wanted = self._tokenize(prompt, openings, frame)
                usage.dropped_turns = count
        too_many = len(wanted) + min(max_tokens, _LEAST_ANSWER) - (self._limits.ctx or weights.context_length)
        left_out = ""
        if prompt.context and too_many > 0:
            prompt, left_out = cut_context(self._model.vocabulary, prompt, too_many)
            frame, wanted = self._tokenize(prompt, openings)
        room = self._room_for(weights, len(wanted), max_tokens)
        if left_out and left_out != self._left_out:  # an answer may take several generations
            self._say(f"shellmate: stdin: the model is not told of {left_out}, to fit the context")
            self._left_out = left_out
        ahead = min(_AHEAD, usage.most_tokens - len(wanted) - room) if prompt.turns else 0
        size = len(wanted) + sequences * room + beside
        context, self.frame = self.obtain(weights, size, sequences, max(0, ahead)), frame
        usage.prompt_tokens, usage.primed_tokens = len(wanted), self._reuse(context, prompt, frame, wanted)
        usage.evaluated_tokens = len(wanted) - usage.primed_tokens
        return context, wanted[len(context.held) :], room

    def _prepare_infill(
        self, infill: tuple[str, str | None], max_tokens: int, sequences: int, usage: Usage
    ) -> tuple[LlamaContext, list[int], int]:
        """As `prepare`; a command line is short, so nothing of it is kept on disk."""
        vocabulary = self._model.vocabulary
        wanted = tokenize_infill(vocabulary, *infill)
        weights = self._model.weights_for(Frame(vocabulary.architecture, vocabulary.size, [], [], []))
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
        frame = frame or self._states.frame_of(prompt)
        behind = vocabulary.tokenize(shared_beginning(openings), special=False)
        return frame, tokenize_whole(vocabulary, frame, prompt.suffix) + behind

    def _restore_ahead(self, prompt: Prompt, room: int, sequences: int) -> Frame | None:
        """The prompt's frame if the store has it, with its state restored to a context that will most likely do: how
        many tokens the question has is not known before the vocabulary is loaded, only that it has no more than bytes.
        """
        if self._context or prompt.private:
            return None
        with self._states.read(prompt) as layers:
            if layers is None:
                return None
            frame = layers[-1].frame
            weights = self._model.weights_for(frame)
            own_words = prompt.suffix + max(prompt.openings, key=len, default="")
            question = len(own_words.encode("utf-8", "replace")) + len(frame.after)
            most = len(frame.prefix) + question + room
            if question < _SHORT and most <= (self._limits.ctx or weights.context_length):
                self.obtain(weights, most, sequences).restore(layers)
            return frame

    def _conversation_room(self, weights: Weights) -> int:
        return self._limits.ctx or min(_LONGEST_CONVERSATION, weights.context_length)

    def _drop_turns(
        self, prompt: Prompt, frame: Frame, weights: Weights, count: int, sequences: int
    ) -> tuple[Prompt, Frame]:
        """Prompt and frame without the first turns; a context that holds them, or can, forgets them as well."""
        context = self.obtain(weights, len(frame.prefix), sequences)
        if common_length(context.held, frame.prefix) < frame.ends[count]:
            self._states.restore_turns(context, prompt)
        if common_length(context.held, frame.prefix) >= frame.ends[count]:
            context.cut(frame.ends[0], frame.ends[count])
        left = replace(prompt, turns=prompt.turns[2 * count :])
        turns_alone = replace(frame, prefix=frame.prefix[: frame.ends[-1]])
        self._states.note_turns(replace(left, context=""), turns_alone.without_turns(count))
        return left, frame.without_turns(count)

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

    def obtain(self, weights: Weights, tokens: int, sequences: int, ahead: int = 0) -> LlamaContext:
        """The context that is there if it is large enough, else a new one with room for tokens that lie `ahead`."""
        if self._context and self._context.size >= tokens and self._context.sequences >= sequences:
            return self._context
        size = -(-(tokens + ahead) // _STEP) * _STEP
        moved = self._take_held()
        self._close_context()
        self._context = self._make(weights, size, sequences)
        if moved:
            self._context.restore([moved])
        return self._context

    def _make_own(self, weights: Weights, size: int, sequences: int) -> LlamaContext:
        threads = self._limits.threads or physical_cores()
        return LlamaContext(OwnRunner(weights, size, threads, sequences + 1), size, sequences)

    def _take_held(self) -> PrimedPrompt | None:
        """What the context holds, for another that takes its place."""
        if self._context is None or not self._context.held:
            return None
        frame = Frame("", 0, self._context.held[:], [], [])
        return PrimedPrompt(frame, memoryview(self._context.take_state()))

    def _reuse(self, context: LlamaContext, prompt: Prompt, frame: Frame, wanted: list[int]) -> int:
        """Have the context hold the frame, or more of what is wanted; how many tokens of it were at hand."""
        evaluated = 0
        if common_length(context.held, wanted) < len(frame.prefix):
            evaluated = self._states.restore(context, prompt, frame)
        common = common_length(context.held, wanted)
        # The last token is always evaluated anew: its logits are wanted, and states do not hold them. A context that is
        # shared keeps no more than a new one would have, so that it evaluates the same batches.
        most = len(wanted) - 1 if self._make == self._make_own or prompt.private else len(frame.prefix)
        context.keep(min(common, most))
        return len(context.held) - evaluated

    def go_on(self, tokens: list[int]) -> None:
        """Evaluate what is missing of tokens, if the context has room for it: nobody waits for it now."""
        context = self._context
        if context and len(tokens) <= context.size and common_length(context.held, tokens) == len(context.held):
            context.evaluate(tokens[len(context.held) :])

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


def _count_superfluous(frame: Frame, turns: Sequence[Message], room: int) -> int:
    """How many of the first turns go, so that there are `-room` tokens less and half of the turns' tokens are free; the
    last one stays, and so does the last that has code."""
    start, *ends = frame.ends
    answers = turns[1::2]
    most = next((n for n in reversed(range(len(answers))) if "```" in answers[n].content), len(answers) - 1)
    enough = max(-room, (ends[-1] - start) // 2)
    return next((n for n, end in enumerate(ends, 1) if end - start >= enough or n >= most), 0) if most else 0
