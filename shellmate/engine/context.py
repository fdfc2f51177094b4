"""A llama.cpp context: evaluates tokens, samples from the result, hands out and takes in KV states."""

import ctypes
from collections.abc import Callable, Sequence
from typing import Any

from shellmate.core.errors import ModelError, ShellmateError
from shellmate.engine.blob import PrimedPrompt
from shellmate.engine.engine import Sampling
from shellmate.engine.interrupts import Deferred, deferred_signals
from shellmate.engine.model import Weights

BATCH = 256
_ABORTED = 2  # llama_decode: the abort callback said so
# GGML types of the K cache in order of liking, Q8_0 and F16: heads of a length that blocks of 32 do not divide cannot
# have the first. With it 16 tokens behind 4,000 take 0.147 s against 0.165 s, and a state is a quarter smaller.
_KEY_TYPES = (8, 1)
_NO_FLASH_ATTENTION = 0  # on a CPU the plain way is faster: 20 tokens behind 4,000 take 0.20 s against 0.37 s


class LlamaContext:
    """`size` is in tokens, for all `sequences` together: they share what is common to them. One more than those is
    there, through which a part of sequence 0 comes and goes: llama.cpp reads and writes the states of whole ones."""

    def __init__(self, weights: Weights, size: int, threads: int, sequences: int = 1):
        self.size, self.sequences = size, sequences
        self.held: list[int] = []  # the tokens whose states sequence 0 holds
        self._binding = binding = weights.binding
        params = binding.llama_context_default_params()
        params.n_ctx, params.n_batch, params.n_ubatch = size, BATCH, BATCH
        params.n_seq_max, params.kv_unified = sequences + 1, True
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
        self._memory = binding.llama_get_memory(self.pointer)
        self._deferred = Deferred()
        self._abort = binding.ggml_abort_callback(lambda _: self._deferred.pending)
        self._no_abort = ctypes.cast(0, binding.ggml_abort_callback)
        self.vocabulary_size = weights.vocabulary_size
        self._batch = binding.llama_batch_init(BATCH, 0, sequences)

    def evaluate(self, tokens: Sequence[int], done: Callable[[int], object] = lambda _: None) -> None:
        """Evaluate tokens behind those that are held, in batches; only the last one's logits are kept.

        A signal ends it within milliseconds. Raises ShellmateError where llama.cpp fails.
        """

        def note(part: Sequence[int]) -> None:
            self.held += part
            done(len(part))

        self._evaluate_in(0, len(self.held), tokens, note)

    def evaluate_beside(
        self, sequence: int, position: int, tokens: Sequence[int], done: Callable[[int], object] = lambda _: None
    ) -> None:
        """As `evaluate`, from a position on in another sequence than that which is held."""
        self._evaluate_in(sequence, position, tokens, lambda part: done(len(part)))

    def _evaluate_in(
        self, sequence: int, position: int, tokens: Sequence[int], note: Callable[[Sequence[int]], object]
    ) -> None:
        for start in range(0, len(tokens), BATCH):
            part = tokens[start : start + BATCH]
            last = start + len(part) == len(tokens)
            rows = [(t, position + start + i, (sequence,), last and i == len(part) - 1) for i, t in enumerate(part)]
            self.decode(rows, interruptible=True)
            note(part)

    def evaluate_one(self, token: int) -> None:
        """Evaluate one token behind those that are held."""
        self.decode([(token, len(self.held), (0,), True)])
        self.held.append(token)

    def decode(self, rows: Sequence[tuple[int, int, Sequence[int], bool]], interruptible: bool = False) -> None:
        """Evaluate one batch of (token, position, sequences that it belongs to, whether its logits are wanted)."""
        batch = self._batch
        batch.n_tokens = len(rows)
        for i, (token, position, sequences, wanted) in enumerate(rows):
            batch.token[i], batch.pos[i], batch.n_seq_id[i], batch.logits[i] = token, position, len(sequences), wanted
            for n, sequence in enumerate(sequences):
                batch.seq_id[i][n] = sequence
        with deferred_signals() as self._deferred:
            # The callback runs at every node of the graph, 3 % of a single token: only batches are worth it.
            if interruptible:
                self._binding.llama_set_abort_callback(self.pointer, self._abort, None)
            failed = self._binding.llama_decode(self.pointer, batch)
            if interruptible:
                self._binding.llama_set_abort_callback(self.pointer, self._no_abort, None)
        if failed:
            reason = "it was interrupted" if failed == _ABORTED else f"llama_decode returned {failed}"
            raise ShellmateError(f"evaluation failed: {reason}")

    def logits(self, index: int) -> Any:
        """The logits at a row of the last batch, a pointer to as many floats as there are tokens."""
        return self._binding.llama_get_logits_ith(self.pointer, index)

    def keep(self, count: int) -> bool:
        """Hold the first `count` tokens and no more; none, and False, where the model's memory cannot do that."""
        if not self._binding.llama_memory_seq_rm(self._memory, 0, count, -1):
            self.clear()
            return False
        del self.held[count:]
        return True

    def clear(self) -> None:
        self.held = []
        self._binding.llama_memory_clear(self._memory, False)

    def copy_sequence(self, target: int, source: int = 0, end: int = -1) -> None:
        """Have another sequence share all of one, or what is in front of a position."""
        self._binding.llama_memory_seq_cp(self._memory, source, target, -1 if end < 0 else 0, end)

    def drop_sequence(self, sequence: int) -> None:
        self._binding.llama_memory_seq_rm(self._memory, sequence, -1, -1)

    def cut(self, start: int, end: int) -> None:
        """Hold the tokens from `start` to `end` no longer; those behind them move up, with what they know of them."""
        if not self._binding.llama_memory_can_shift(self._memory):
            self.keep(start)
            return
        self._binding.llama_memory_seq_rm(self._memory, 0, start, end)
        self._binding.llama_memory_seq_add(self._memory, 0, end, -1, start - end)
        del self.held[start:end]

    def take_state(self, start: int = 0, sequence: int = 0) -> bytearray:
        """The KV state of a sequence from a token on."""
        binding, part = self._binding, self.sequences
        binding.llama_memory_seq_cp(self._memory, sequence, part, start, -1)
        try:
            state = bytearray(binding.llama_state_seq_get_size(self.pointer, part))
            pointer = (ctypes.c_uint8 * len(state)).from_buffer(state)
            written = binding.llama_state_seq_get_data(self.pointer, pointer, len(state), part)
            del pointer
            del state[written:]
            return state
        finally:
            self.drop_sequence(part)

    def restore(self, layers: Sequence[PrimedPrompt]) -> bool:
        """Hold a primed prompt, whose layers lie behind each other, and nothing else; False where llama.cpp refuses a
        state of it."""
        self.clear()
        part = self.sequences
        for layer in layers:
            restored = self.restore_beside(part, layer)
            self.copy_sequence(0, part)
            self.drop_sequence(part)
            if not restored:
                self.clear()
                return False
        held = self._binding.llama_memory_seq_pos_max(self._memory, 0) + 1
        self.held = layers[-1].frame.prefix[:held]
        return True

    def restore_beside(self, sequence: int, layer: PrimedPrompt) -> bool:
        """Have an empty sequence hold a state; False where llama.cpp refuses it."""
        array = (ctypes.c_uint8 * len(layer.state)).from_buffer(layer.state)
        return bool(self._binding.llama_state_seq_set_data(self.pointer, array, len(layer.state), sequence))

    def sampler(self, sampling: Sampling, number: int = 0, in_graph: bool = False) -> "Sampler":
        """A sampler for one sequence; `in_graph` has a greedy one run inside the evaluations that come after."""
        return Sampler(self._binding, self.pointer, sampling, number, in_graph)

    def close(self) -> None:
        if self.pointer:
            self._binding.llama_batch_free(self._batch)
            self._binding.llama_free(self.pointer)
            self.pointer = None


class Sampler:
    """llama.cpp's sampler chain for one sequence; `number` keeps the seeds of several apart."""

    def __init__(self, binding: Any, context: Any, sampling: Sampling, number: int, in_graph: bool):
        self._binding, self._context = binding, context
        self._attached = False
        self._chain = binding.llama_sampler_chain_init(binding.llama_sampler_chain_default_params())
        add = binding.llama_sampler_chain_add
        if sampling.temperature <= 0:
            add(self._chain, binding.llama_sampler_init_greedy())
            # The argmax inside the graph takes 0.06 ms a token, over a copy of the logits 0.65 ms.
            with deferred_signals():  # as a context's making
                self._attached = in_graph and binding.llama_set_sampler(context, 0, self._chain)
            return
        add(self._chain, binding.llama_sampler_init_top_k(40))
        add(self._chain, binding.llama_sampler_init_top_p(sampling.top_p, 1))
        add(self._chain, binding.llama_sampler_init_temp(sampling.temperature))
        add(self._chain, binding.llama_sampler_init_dist((sampling.seed + number) % (2**32 - 1)))

    def sample(self, index: int = -1) -> int:
        """The next token from the logits at a row of the last batch."""
        return self._binding.llama_sampler_sample(self._chain, self._context, index)

    def close(self) -> None:
        try:
            if self._attached:
                with deferred_signals():
                    self._binding.llama_set_sampler(self._context, 0, None)
        finally:
            self._binding.llama_sampler_free(self._chain)
