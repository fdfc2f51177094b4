"""The KV states of prompts: restored to a context where the store has them, evaluated and kept where it has not."""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING

from shellmate.engine.binding import build_of
from shellmate.engine.blob import Frame, PrimedPrompt, key_of
from shellmate.engine.context import LlamaContext
from shellmate.engine.loading import ModelLoader
from shellmate.engine.tokenized import common_length, frame_of
from shellmate.prompt.prompt import Message, Prompt

if TYPE_CHECKING:
    from shellmate.engine.kvstore import KVStore

_LAYOUT = "q8_0 f16 plain"  # KV types and attention: the state of one layout means nothing in another
_WORTH_KEEPING = 32  # tokens of a prompt's context, a quarter of a second of evaluation


class PromptStates:
    """`evaluate` has a context evaluate tokens behind those that it holds, and shows how far it is; `keep_input` says
    whether the state behind what a prompt is about is kept."""

    def __init__(
        self,
        store: "KVStore | None",
        model_sha256: str,
        model: ModelLoader,
        evaluate: Callable[[LlamaContext, list[int], str], None],
        say: Callable[[str], None],
        keep_input: bool,
    ):
        self._store, self._model_sha256, self._model, self._keep_input = store, model_sha256, model, keep_input
        self._evaluate, self._say = evaluate, say
        self._to_keep: tuple[str, Frame] | None = None

    def read(self, prompt: Prompt) -> AbstractContextManager[PrimedPrompt | None]:
        """What the store has of a prompt, for as long as a block lasts; None where it has not all of its frame."""
        return self._read(self._key_of(prompt.prefix, prompt.context))

    def _read(self, key: str) -> AbstractContextManager[PrimedPrompt | None]:
        return self._store.read(key) if self._store else nullcontext()

    def restore(self, context: LlamaContext, prompt: Prompt, frame: Frame) -> int:
        """Have a context hold a prompt's frame; how many tokens of the prompt's own context had to be evaluated."""
        self.keep(context)  # what it holds is about to go
        key = self._key_of(prompt.prefix, prompt.context)
        if not prompt.context:
            self._restore_or_prime(context, key, frame)
            return 0
        if self._restore(context, key):
            return 0
        base = frame_of(self._model.vocabulary, prompt.prefix)
        if common_length(context.held, base.prefix) < len(base.prefix):
            self._restore_or_prime(context, self._key_of(prompt.prefix), base)
        context.keep(len(base.prefix))
        rest = frame.prefix[len(context.held) :]
        # Up to here and no further, so that the state is to the bit what the next question finds in the store.
        self._evaluate(context, rest, "reading")
        if len(rest) >= _WORTH_KEEPING:
            self._to_keep = key, frame
        return len(rest)

    def keep(self, context: LlamaContext | None) -> None:
        """Keep the state behind the last prompt's context for the next question about it. It is done when the answer
        is there, since nobody should wait for it."""
        if context is None or self._store is None or self._to_keep is None or not self._keep_input:
            return
        (key, frame), self._to_keep = self._to_keep, None
        length = len(frame.prefix)
        if common_length(context.held, frame.prefix) == length and context.keep(length):
            self._store.write(key, frame, context.take_state())

    def close(self) -> None:
        if self._store:
            self._store.close()

    def _key_of(self, messages: tuple[Message, ...], context: str = "") -> str:
        messages += (Message("user", context),) if context else ()
        return key_of(self._model_sha256, build_of(self._model.binding), _LAYOUT, messages)

    def _restore_or_prime(self, context: LlamaContext, key: str, frame: Frame) -> None:
        if self._restore(context, key):
            return
        if self._store is None:
            self._prime(context, frame.prefix)
            return
        with self._store.priming():
            if not self._restore(context, key):
                self._prime(context, frame.prefix)
                if not self._store.write(key, frame, context.take_state()):
                    self._say("shellmate: the primed prompt could not be kept; is the disk full?")

    def _restore(self, context: LlamaContext, key: str) -> bool:
        with self._read(key) as primed:
            return primed is not None and context.restore(primed)

    def _prime(self, context: LlamaContext, prefix: list[int]) -> None:
        context.clear()
        self._evaluate(context, prefix, "priming the prompt, once")
