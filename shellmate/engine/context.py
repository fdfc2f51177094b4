"""A context: evaluates tokens, samples from the result, hands out and takes in KV states."""

import ctypes
from collections.abc import Callable, Sequence
from typing import Any

from shellmate.engine.blob import PrimedPrompt
from shellmate.engine.engine import Sampling
from shellmate.engine.interrupts import deferred_signals
from shellmate.engine.runner import BATCH, Outputs, Row, Runner


class LlamaContext:
    """`size` is in tokens, for all `sequences` together: they share what is common to them. One more than those is
    there, through which a part of sequence 0 comes and goes: llama.cpp reads and writes the states of whole ones."""

    def __init__(self, runner: Runner, size: int, sequences: int = 1):
        self.size, self.sequences = size, sequences
        self.held: list[int] = []  # the tokens whose states sequence 0 holds
        self.vocabulary_size = runner.vocabulary_size
        self._runner, self._binding, self._first = runner, runner.binding, runner.first
        self._outputs: Outputs | None = None

    @property
    def _memory(self) -> Any:
        return self._binding.llama_get_memory(self._runner.pointer)

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

    def decode(self, rows: Sequence[Row], interruptible: bool = False) -> None:
        """Evaluate one batch."""
        if first := self._first:
            rows = [(t, position, [first + s for s in sequences], w) for t, position, sequences, w in rows]
        self._outputs = self._runner.decode(rows, interruptible)

    def logits(self, row: int) -> Any:
        """The logits at a row of the last batch, as many floats as there are tokens."""
        return self._last_outputs.logits(row)

    def sample(self, chain: Any, row: int) -> int:
        """The token that a sampler chain takes by the logits at a row of the last batch."""
        return self._last_outputs.sample(chain, row)

    @property
    def _last_outputs(self) -> Outputs:
        if self._outputs is None:
            raise ValueError("nothing was evaluated yet")
        return self._outputs

    def keep(self, count: int) -> bool:
        """Hold the first `count` tokens and no more; none, and False, where the model's memory cannot do that."""
        with self._runner.alone():
            if not self._binding.llama_memory_seq_rm(self._memory, self._first, count, -1):
                self.clear()
                return False
        del self.held[count:]
        return True

    def clear(self) -> None:
        self.held = []
        for sequence in range(self.sequences + 1):
            self.drop_sequence(sequence)

    def copy_sequence(self, target: int, source: int = 0, end: int = -1) -> None:
        """Have another sequence share all of one, or what is in front of a position."""
        self._copy(source, target, -1 if end < 0 else 0, end)

    def drop_sequence(self, sequence: int) -> None:
        with self._runner.alone():
            self._binding.llama_memory_seq_rm(self._memory, self._first + sequence, -1, -1)

    def _copy(self, source: int, target: int, start: int, end: int) -> None:
        with self._runner.alone():
            first = self._first
            self._binding.llama_memory_seq_cp(self._memory, first + source, first + target, start, end)

    def cut(self, start: int, end: int) -> None:
        """Hold the tokens from `start` to `end` no longer; those behind them move up, with what they know of them."""
        with self._runner.alone():
            if not self._binding.llama_memory_can_shift(self._memory):
                self.keep(start)
                return
            self._binding.llama_memory_seq_rm(self._memory, self._first, start, end)
            self._binding.llama_memory_seq_add(self._memory, self._first, end, -1, start - end)
        del self.held[start:end]

    def take_state(self, start: int = 0, sequence: int = 0) -> bytearray:
        """The KV state of a sequence from a token on."""
        binding, part = self._binding, self.sequences
        with self._runner.alone():
            self._copy(sequence, part, start, -1)
            try:
                pointer, number = self._runner.pointer, self._first + part
                state = bytearray(binding.llama_state_seq_get_size(pointer, number))
                target = (ctypes.c_uint8 * len(state)).from_buffer(state)
                written = binding.llama_state_seq_get_data(pointer, target, len(state), number)
                del target
                del state[written:]
                return state
            finally:
                self.drop_sequence(part)

    def restore(self, layers: Sequence[PrimedPrompt]) -> bool:
        """Hold a primed prompt, whose layers lie behind each other, and nothing else; False where llama.cpp refuses a
        state of it."""
        with self._runner.alone():
            self.clear()
            part = self.sequences
            for layer in layers:
                restored = self.restore_beside(part, layer)
                self.copy_sequence(0, part)
                self.drop_sequence(part)
                if not restored:
                    self.clear()
                    return False
            held = self._binding.llama_memory_seq_pos_max(self._memory, self._first) + 1
        self.held = layers[-1].frame.prefix[:held]
        return True

    def restore_beside(self, sequence: int, layer: PrimedPrompt) -> bool:
        """Have an empty sequence hold a state; False where llama.cpp refuses it."""
        array = (ctypes.c_uint8 * len(layer.state)).from_buffer(layer.state)
        with self._runner.alone():
            read = self._binding.llama_state_seq_set_data(
                self._runner.pointer, array, len(layer.state), self._first + sequence
            )
        return bool(read)

    def sampler(self, sampling: Sampling, number: int = 0, in_graph: bool = False) -> "Sampler":
        """A sampler for one sequence; `in_graph` has a greedy one run inside the evaluations that come after, where
        that can be."""
        in_graph = in_graph and self._runner.samples_in_graph
        return Sampler(self, self._binding, self._runner.pointer if in_graph else None, sampling, number)

    def close(self) -> None:
        self._runner.close()


class Sampler:
    """llama.cpp's sampler chain for one sequence; `number` keeps the seeds of several apart. Where `pointer` is that of
    llama.cpp's context, a greedy one is made part of its graph."""

    def __init__(self, context: LlamaContext, binding: Any, pointer: Any, sampling: Sampling, number: int):
        self._binding, self._context, self._pointer = binding, context, pointer
        self._attached = False
        self._chain = binding.llama_sampler_chain_init(binding.llama_sampler_chain_default_params())
        add = binding.llama_sampler_chain_add
        if sampling.temperature <= 0:
            add(self._chain, binding.llama_sampler_init_greedy())
            # The argmax inside the graph takes 0.06 ms a token, over a copy of the logits 0.65 ms.
            with deferred_signals():  # as a context's making
                self._attached = bool(pointer) and binding.llama_set_sampler(pointer, 0, self._chain)
            return
        add(self._chain, binding.llama_sampler_init_top_k(40))
        add(self._chain, binding.llama_sampler_init_top_p(sampling.top_p, 1))
        add(self._chain, binding.llama_sampler_init_temp(sampling.temperature))
        add(self._chain, binding.llama_sampler_init_dist((sampling.seed + number) % (2**32 - 1)))

    def sample(self, row: int = -1) -> int:
        """The next token from the logits at a row of the last batch."""
        return self._context.sample(self._chain, row)

    def close(self) -> None:
        try:
            if self._attached:
                with deferred_signals():
                    self._binding.llama_set_sampler(self._pointer, 0, None)
        finally:
            self._binding.llama_sampler_free(self._chain)
