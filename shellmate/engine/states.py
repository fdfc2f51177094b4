"""The KV states of prompts: restored to a context where the store has them, evaluated and kept where it has not.

A state is kept in two layers: that of the examples, which all questions share, and that of what is behind them, which
is some hundred tokens of turns and input.
"""

from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from shellmate.engine.binding import build_of
from shellmate.engine.blob import Frame, PrimedPrompt, key_of
from shellmate.engine.context import LlamaContext
from shellmate.engine.loading import ModelLoader
from shellmate.engine.tokenized import common_length, frame_of
from shellmate.prompt.prompt import Message, Prompt

if TYPE_CHECKING:
    from shellmate.engine.kept import KeptStates
    from shellmate.engine.kvstore import KVStore

_LAYOUT = "q8_0 f16 plain"  # KV types and attention: the state of one layout means nothing in another
_PRIMING = "priming the prompt, once"
_MOST_FRAMES = 64  # conversations whose tokens are remembered
_WORTH_KEEPING = 32  # tokens, a quarter of a second of evaluation


@dataclass(frozen=True)
class Keeping:
    """What is kept on disk: the states behind what was piped in, and behind turns."""

    inputs: bool = True
    turns: bool = True


class TurnFrames:
    """The frames of conversations of this process: tokens as they were written, whatever they read like."""

    def __init__(self) -> None:
        self._frames: OrderedDict[str, Frame] = OrderedDict()

    def get(self, key: str) -> Frame | None:
        return self._frames.get(key)

    def note(self, key: str, frame: Frame) -> None:
        """Remember a frame, and forget the one that was not noted for longest where there are many."""
        self._frames[key] = frame
        self._frames.move_to_end(key)
        if len(self._frames) > _MOST_FRAMES:
            self._frames.popitem(last=False)


class PromptStates:
    """`evaluate` has a context evaluate tokens behind those that it holds, or in another `sequence` from its beginning,
    and shows how far it is."""

    def __init__(
        self,
        store: "KVStore | KeptStates | None",
        model_sha256: str,
        model: ModelLoader,
        evaluate: Callable[..., None],
        say: Callable[[str], None],
        keeping: Keeping,
        frames: "TurnFrames | None" = None,
    ):
        self._store, self._model_sha256, self._model, self.keeping = store, model_sha256, model, keeping
        self._evaluate, self._say = evaluate, say
        self._turns = frames or TurnFrames()
        self._to_keep: dict[str, tuple[str, Frame]] = {}  # the last input and the last turn

    @contextmanager
    def read(self, prompt: Prompt) -> Iterator[list[PrimedPrompt] | None]:
        """The layers that the store has of a prompt, for as long as the block lasts; None where they are not all
        there."""
        with self._read(self._key_of(prompt)) as top:
            if top is None or not _has_layers(prompt):
                yield [top] if top else None
                return
            with self._read(self._key_of(Prompt(prompt.prefix, ""))) as base:
                yield [base, top] if base else None

    def _read(self, key: str) -> AbstractContextManager[PrimedPrompt | None]:
        return self._store.read(key) if self._store else nullcontext()

    def frame_of(self, prompt: Prompt) -> Frame:
        """The tokens around a prompt's question."""
        known = self._turns.get(self._key_of(replace(prompt, context=""))) if prompt.turns else None
        if known is None:
            return frame_of(self._model.vocabulary, prompt)
        context = self._model.vocabulary.tokenize(prompt.context, special=False)
        return replace(known, prefix=[*known.prefix, *context])

    def note_turns(self, prompt: Prompt, frame: Frame) -> None:
        """Remember the tokens of a prompt's turns, for the question that comes behind them."""
        key = self._key_of(prompt)
        self._turns.note(key, frame)
        if self.keeping.turns and not prompt.private:
            self._to_keep["turns"] = key, frame

    def restore(self, context: LlamaContext, prompt: Prompt, frame: Frame) -> int:
        """Have a context hold a prompt's frame, or what can be had of its turns; how many tokens of an input had to be
        evaluated."""
        if prompt.private:
            self.keep(context)  # what it holds is about to go
            context.keep(common_length(context.held, frame.prefix))
            return 0
        base = len(context.held) >= frame.ends[0] and common_length(context.held, frame.prefix) >= frame.ends[0]
        if not base or len(frame.prefix) - common_length(context.held, frame.prefix) >= _WORTH_KEEPING:
            self.keep(context)  # what it holds is about to go
            self._restore(context, prompt, frame)
        context.keep(common_length(context.held, frame.prefix))
        if not prompt.context:
            return 0
        rest = frame.prefix[len(context.held) :]
        # Up to here and no further, so that the state is to the bit what the next question finds in the store.
        self._evaluate(context, rest, "reading")
        if len(rest) >= _WORTH_KEEPING and self.keeping.inputs:
            self._to_keep["input"] = self._key_of(prompt), frame
        return len(rest)

    def _restore(self, context: LlamaContext, prompt: Prompt, frame: Frame) -> None:
        """All of the prompt that the store has; its examples are primed where they are not there."""
        with self.read(prompt) as layers:
            if layers and context.restore(layers):
                return
        if common_length(context.held, frame.prefix) < frame.ends[0]:
            bare = Prompt(prompt.prefix, "")
            self._restore_or_prime(context, bare, frame.prefix[: frame.ends[0]], frame)

    def restore_beside(self, context: LlamaContext, sequence: int, prefix: tuple[Message, ...], frame: Frame) -> None:
        """Have another sequence hold a bare prefix, of that `frame`: the store's state, else one that is made here."""
        key = self._key_of(Prompt(prefix, ""))
        if self._restore_beside(context, sequence, key):
            return
        with self._store.priming() if self._store else nullcontext():
            if self._restore_beside(context, sequence, key):
                return
            self._evaluate(context, frame.prefix, _PRIMING, sequence=sequence)
            if self._store:
                self._store.write(key, frame, context.take_state(sequence=sequence))

    def _restore_beside(self, context: LlamaContext, sequence: int, key: str) -> bool:
        with self._read(key) as kept:
            if kept and context.restore_beside(sequence, kept):
                return True
        context.drop_sequence(sequence)
        return False

    def restore_turns(self, context: LlamaContext, prompt: Prompt) -> None:
        """Have a context hold the prompt's turns, if the store has them."""
        with self.read(replace(prompt, context="")) as layers:
            if layers:
                self.keep(context)
                context.restore(layers)

    def keep(self, context: LlamaContext | None) -> None:
        """Keep the states behind the last input and the last turn for the next question. It is done when the answer is
        there, since nobody should wait for it."""
        to_keep, self._to_keep = self._to_keep.values(), {}
        if context is None or self._store is None:
            return
        for key, frame in sorted(to_keep, key=lambda each: -len(each[1].prefix)):
            length = common_length(context.held, frame.prefix)
            if length > frame.ends[0] and context.keep(length):
                self._store.write(key, frame, context.take_state(frame.ends[0]))

    def close(self) -> None:
        if self._store:
            self._store.close()

    def _key_of(self, prompt: Prompt) -> str:
        about = (Message("user", prompt.context),) if prompt.context else ()
        parts = (prompt.prefix, prompt.turns, about)
        return key_of(self._model_sha256, build_of(self._model.binding), _LAYOUT, *parts)

    def _restore_or_prime(self, context: LlamaContext, bare: Prompt, prefix: list[int], frame: Frame) -> None:
        key = self._key_of(bare)
        if self._store is None:
            self._prime(context, prefix)
            return
        if self._restore_bare(context, bare):
            return
        with self._store.priming():
            if self._restore_bare(context, bare):
                return
            self._prime(context, prefix)
            if not self._store.write(key, replace(frame, prefix=prefix, ends=[len(prefix)]), context.take_state()):
                self._say("shellmate: the primed prompt could not be kept; is the disk full?")

    def _restore_bare(self, context: LlamaContext, bare: Prompt) -> bool:
        with self.read(bare) as layers:
            return bool(layers) and context.restore(layers or [])

    def _prime(self, context: LlamaContext, prefix: list[int]) -> None:
        context.clear()
        self._evaluate(context, prefix, _PRIMING)


def key_of_prefix(model_sha256: str, build: str, prefix: tuple[Message, ...]) -> str:
    """The key that the state of a bare prefix is kept under; `build` is llama.cpp's version."""
    return key_of(model_sha256, build, _LAYOUT, prefix, (), ())


def _has_layers(prompt: Prompt) -> bool:
    return bool(prompt.turns or prompt.context)
