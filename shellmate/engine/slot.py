"""An engine's part of a model that is shared: sequences of its own in a context that is everybody's."""

import ctypes
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from shellmate.engine.blob import Frame, PrimedPrompt
from shellmate.engine.context import LlamaContext
from shellmate.engine.model import Weights
from shellmate.engine.runner import Outputs, Row
from shellmate.engine.several import MOST_SEQUENCES
from shellmate.engine.states import TurnFrames

if TYPE_CHECKING:
    from shellmate.engine.shared import SharedModel

PER_SLOT = MOST_SEQUENCES + 1  # sequences: a LlamaContext has one more than it says
_LEAST = 4096  # tokens: enough for nearly all, so that the context is hardly ever made anew


class CancelledError(Exception):
    """Nobody wants the answer any more."""


class Slot:
    """The runner of one engine's context. What it has evaluated waits in memory while another slot works alone."""

    samples_in_graph = False  # llama.cpp would have to sample for all slots alike

    def __init__(self, shared: "SharedModel", first: int, frames: TurnFrames):
        self.model, self.first, self.frames = shared.model, first, frames
        self.promised = _LEAST  # tokens
        self.last_served = 0.0  # by time.monotonic()
        self.is_used = self.is_cancelled = False
        self._shared = shared
        self._context: LlamaContext | None = None
        self._swapped_out: bytearray | None = None

    def make_context(self, weights: Weights, size: int, sequences: int) -> LlamaContext:
        """The slot's context, with room for all sequences that there can be. Raises ModelError where there is none."""
        self.promised = max(size, _LEAST)
        self._shared.make_room(weights)
        self._context = LlamaContext(self, self.promised, MOST_SEQUENCES)
        return self._context

    def swap_out(self) -> None:
        """Have the state in memory alone, its cells empty."""
        if self._context and self._context.held and self._swapped_out is None:
            held = self._context.held
            self._swapped_out = self._context.take_state()
            self._context.clear()
            self._context.held = held

    def swap_in(self) -> None:
        """Have the state in the first cells that are empty."""
        if self._context and self._swapped_out is not None:
            state, self._swapped_out = self._swapped_out, None
            self._context.restore([PrimedPrompt(Frame("", 0, self._context.held, [], []), memoryview(state))])

    @property
    def binding(self) -> Any:
        return self.model.binding

    @property
    def vocabulary_size(self) -> int:
        return self.model.vocabulary.size

    @property
    def pointer(self) -> Any:
        return self._shared.llama.pointer

    def decode(self, rows: Sequence[Row], interruptible: bool) -> Outputs:
        """Raises CancelledError where nobody wants it any more."""
        if self.is_cancelled:
            raise CancelledError
        outputs = self._shared.evaluate(self, rows, interruptible)
        return _CopiedOutputs(self.binding, outputs, self.vocabulary_size)

    def alone(self) -> AbstractContextManager[object]:
        return self._shared.busy

    def close(self) -> None:
        """Empty the slot's sequences; the context stays for the others."""
        with self._shared.busy:
            if self._context and self._shared.is_open:
                self._context.clear()
            self._context = self._swapped_out = None
        self.promised = _LEAST


@dataclass
class _CopiedOutputs:
    """Logits by row, as bytes of float32."""

    binding: Any
    rows: dict[int, bytearray]
    vocabulary_size: int

    def logits(self, row: int) -> Any:
        found = self.rows[row] if row >= 0 else self.rows[max(self.rows)]
        return (ctypes.c_float * self.vocabulary_size).from_buffer(found)

    def sample(self, chain: Any, row: int) -> int:
        import numpy as np

        binding = self.binding
        entries = np.zeros(self.vocabulary_size, [("id", np.int32), ("logit", np.float32), ("p", np.float32)])
        entries["id"] = np.arange(self.vocabulary_size, dtype=np.int32)
        entries["logit"] = np.ctypeslib.as_array(self.logits(row))
        pointer = entries.ctypes.data_as(ctypes.POINTER(binding.llama_token_data))
        tokens = binding.llama_token_data_array(pointer, len(entries), -1, False)
        binding.llama_sampler_apply(chain, ctypes.byref(tokens))
        token = int(tokens.data[tokens.selected].id)
        binding.llama_sampler_accept(chain, token)
        return token
