"""llama.cpp's own context, which evaluates batches: what a LlamaContext's sequences live in."""

import ctypes
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any, Protocol

from shellmate.core.errors import ModelError, ShellmateError
from shellmate.engine.interrupts import Deferred, deferred_signals
from shellmate.engine.model import Weights

BATCH = 256
Row = tuple[int, int, Sequence[int], bool]  # token, position, sequences that it belongs to, are its logits wanted
_ABORTED = 2  # llama_decode: the abort callback said so
# GGML types of the K cache in order of liking, Q8_0 and F16: heads of a length that blocks of 32 do not divide cannot
# have the first. With it 16 tokens behind 4,000 take 0.147 s against 0.165 s, and a state is a quarter smaller.
_KEY_TYPES = (8, 1)
_NO_FLASH_ATTENTION = 0  # on a CPU the plain way is faster: 20 tokens behind 4,000 take 0.20 s against 0.37 s


class Outputs(Protocol):
    """What a batch has given, for as long as nothing else is evaluated for the same context."""

    def logits(self, row: int) -> Any:
        """The logits at a row of the batch, -1 the last one: as many floats as there are tokens."""

    def sample(self, chain: Any, row: int) -> int:
        """The token that a sampler chain takes by them."""


class Runner(Protocol):
    """Evaluates for one LlamaContext, whose sequences are numbered from `first` on. One that `samples_in_graph` can
    have a greedy sampler run inside its evaluations."""

    first: int
    samples_in_graph: bool

    @property
    def binding(self) -> Any:
        """The module of llama.cpp's functions."""

    @property
    def vocabulary_size(self) -> int:
        """How many tokens there are."""

    @property
    def pointer(self) -> Any:
        """llama.cpp's context, to be used only while `alone`."""

    def decode(self, rows: Sequence[Row], interruptible: bool) -> Outputs:
        """Evaluate one batch. Raises ShellmateError where llama.cpp fails or is interrupted."""

    def alone(self) -> AbstractContextManager[object]:
        """Nothing is evaluated while the block lasts."""

    def close(self) -> None:
        """Give back what the sequences take."""


class LlamaCpp:
    """A llama.cpp context of `size` tokens for so many `sequences`. Raises ModelError where there is no room for it."""

    def __init__(self, weights: Weights, size: int, threads: int, sequences: int):
        self.binding = binding = weights.binding
        self.size, self.vocabulary_size = size, weights.vocabulary_size
        params = binding.llama_context_default_params()
        params.n_ctx, params.n_batch, params.n_ubatch = size, BATCH, BATCH
        params.n_seq_max, params.kv_unified = sequences, True
        params.n_outputs_max = params.n_seq_max
        params.n_threads = params.n_threads_batch = threads
        params.flash_attn_type, params.no_perf = _NO_FLASH_ATTENTION, True
        self.pointer = None
        try:
            with deferred_signals():  # llama.cpp logs what it does, and an interrupt in the log's callback is lost
                for params.type_k in _KEY_TYPES:
                    self.pointer = self.pointer or binding.llama_init_from_model(weights.pointer, params)
        except BaseException:
            if self.pointer:
                binding.llama_free(self.pointer)
            raise
        if not self.pointer:
            raise ModelError(f"there is no room for a context of {size:,} tokens", "give a smaller --ctx")
        self._no_abort = ctypes.cast(0, binding.ggml_abort_callback)
        self._batch = binding.llama_batch_init(BATCH, 0, sequences)

    def decode(self, rows: Sequence[Row], abort: Any = None, about: Any = None) -> bool:
        """Evaluate one batch; False where `abort`, a callback which is given `about`, had it end. Raises ShellmateError
        where it fails."""
        batch = self._batch
        batch.n_tokens = len(rows)
        for i, (token, position, sequences, wanted) in enumerate(rows):
            batch.token[i], batch.pos[i], batch.n_seq_id[i], batch.logits[i] = token, position, len(sequences), wanted
            for n, sequence in enumerate(sequences):
                batch.seq_id[i][n] = sequence
        # The callback runs at every node of the graph, 3 % of a single token: only batches are worth it.
        if abort:
            self.binding.llama_set_abort_callback(self.pointer, abort, about)
        failed = self.binding.llama_decode(self.pointer, batch)
        if abort:
            self.binding.llama_set_abort_callback(self.pointer, self._no_abort, None)
        if failed and failed != _ABORTED:
            raise ShellmateError(f"evaluation failed: llama_decode returned {failed}")
        return not failed

    def logits(self, row: int) -> Any:
        """A pointer to the logits at a row of the last batch."""
        return self.binding.llama_get_logits_ith(self.pointer, row)

    def close(self) -> None:
        if self.pointer:
            self.binding.llama_batch_free(self._batch)
            self.binding.llama_free(self.pointer)
            self.pointer = None


class OwnRunner:
    """A llama.cpp context of a LlamaContext's own. A signal ends an interruptible evaluation within milliseconds."""

    first, samples_in_graph = 0, True

    def __init__(self, weights: Weights, size: int, threads: int, sequences: int):
        self._llama = LlamaCpp(weights, size, threads, sequences)
        self.binding, self.vocabulary_size = weights.binding, weights.vocabulary_size
        self._deferred = Deferred()
        self._abort = self.binding.ggml_abort_callback(lambda _: self._deferred.pending)

    @property
    def pointer(self) -> Any:
        return self._llama.pointer

    def decode(self, rows: Sequence[Row], interruptible: bool) -> Outputs:
        with deferred_signals() as self._deferred:
            done = self._llama.decode(rows, self._abort if interruptible else None)
        if not done:
            raise ShellmateError("evaluation failed: it was interrupted")
        return self

    def logits(self, row: int) -> Any:
        return self._llama.logits(row)

    def sample(self, chain: Any, row: int) -> int:
        return int(self.binding.llama_sampler_sample(chain, self.pointer, row))

    def alone(self) -> AbstractContextManager[object]:
        return nullcontext()

    def close(self) -> None:
        self._llama.close()
