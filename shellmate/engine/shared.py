"""One llama.cpp context for several engines: what they have to evaluate at the same time goes into one batch.

A batch of two tokens costs little more than one, since the weights are read once for both: two answers that are written
at once take far less than twice as long. Each engine has a slot, with sequences of its own; the cells are common.
"""

import ctypes
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from shellmate.engine.loading import ModelLoader
from shellmate.engine.model import Weights
from shellmate.engine.runner import BATCH, LlamaCpp, Row
from shellmate.engine.slot import PER_SLOT, CancelledError, Slot
from shellmate.engine.states import TurnFrames

_SHARE = 16  # rows of a long evaluation that go into a batch with another's: 0.25 s, in which that one waits
_JUST_NOW = 0.010  # seconds after a batch in which whoever had part in it is about to come again,
_GATHERING = 0.005  # and which it is waited for: it would miss a batch that takes 0.025 s at the least


@dataclass
class _Job:
    """A slot's batch; `done` rows of it are evaluated, whose outputs are copies, by row."""

    slot: Slot
    rows: Sequence[Row]
    interruptible: bool
    done: int = 0
    outputs: dict[int, Any] = field(default_factory=dict)
    failure: Exception | None = None
    is_over: threading.Event = field(default_factory=threading.Event)

    def end(self, failure: Exception | None = None) -> None:
        self.failure = failure
        self.slot.last_served = time.monotonic()
        self.is_over.set()


class SharedModel:
    """A model that is loaded once, with a context for so many slots; what they evaluate runs in a thread of its own."""

    def __init__(self, model: ModelLoader, threads: int, slots: int):
        self.model, self._threads = model, threads
        frames = TurnFrames()
        self.slots = [Slot(self, number * PER_SLOT, frames) for number in range(slots)]
        self.batches = self.rows = 0  # so far: more rows than batches means that they were put together
        self.busy = threading.RLock()
        self._jobs: list[_Job] = []
        self._changed = threading.Condition()
        self._llama: LlamaCpp | None = None
        self._abort: Any = None
        self._abort_mark = ctypes.create_string_buffer(b"0")
        self._running: list[_Job] = []
        self._is_closed = False
        self._in_front: Slot | None = None  # the one whose cells are the first ones, without a gap, and the only ones
        threading.Thread(target=self._serve, name="batches", daemon=True).start()

    @property
    def llama(self) -> LlamaCpp:
        """To be used only while `busy` is held. Raises CancelledError where it is closed."""
        if self._llama is None:
            raise CancelledError
        return self._llama

    @property
    def is_open(self) -> bool:
        return self._llama is not None

    def begin(self, slot: Slot) -> None:
        """Have a slot work from here on. Where no other does, its cells are put where they are in a context of its own:
        sums of floats depend on their places, and with them the token where two are as likely."""
        with self.busy:
            others = [other for other in self.slots if other is not slot]
            slot.is_used = True
            if any(other.is_used for other in others):
                self._in_front = None
                slot.swap_in()
            elif self._in_front is not slot:
                for each in self.slots:
                    each.swap_out()
                slot.swap_in()
                self._in_front = slot

    def cancel(self, slot: Slot) -> None:
        """Have a slot's work end, within milliseconds where it is being evaluated."""
        slot.is_cancelled = True
        if any(job.slot is slot for job in self._running):
            self._abort_mark.value = b"1"

    def end(self, slot: Slot) -> None:
        """The slot rests, with what it holds."""
        slot.is_used = False

    def make_room(self, weights: Weights) -> None:
        """Have a context that is large enough for what the slots were promised, with all that the old one held."""
        with self.busy:
            size = sum(slot.promised for slot in self.slots)
            if self._llama and self._llama.size >= size:
                return
            old, self._llama = self._llama, None
            state = _take_whole_state(old) if old else None
            if old:
                old.close()
            self._llama = LlamaCpp(weights, size, self._threads, len(self.slots) * PER_SLOT)
            self._abort = _make_abort_callback(self._llama.binding)
            if state:
                _restore_whole_state(self._llama, state)

    def evaluate(self, slot: Slot, rows: Sequence[Row], interruptible: bool) -> dict[int, Any]:
        """Have a slot's rows evaluated, with those of others: the wanted logits, copied, by row. Raises
        CancelledError, or what llama.cpp raises."""
        job = _Job(slot, rows, interruptible)
        with self._changed:
            if self._is_closed:
                raise CancelledError
            self._jobs.append(job)
            self._changed.notify_all()
        job.is_over.wait()
        if job.failure:
            raise job.failure
        return job.outputs

    def close(self) -> None:
        """Give back all memory. No slot may be in use."""
        with self._changed:
            self._is_closed = True
            self._changed.notify_all()
        with self.busy:
            if self._llama:
                self._llama.close()
                self._llama = None
        self.model.close()

    def _serve(self) -> None:
        while jobs := self._gather():
            with self.busy:
                self._abort_mark.value = b"0"
                self._running = jobs  # before they are looked at: from here on who cancels one leaves the mark
                wanted = [job for job in jobs if not self._drop_cancelled(job)]
                if wanted:
                    self._run(wanted)

    def _gather(self) -> list[_Job]:
        """What is to be evaluated next, as soon as there is anything; nothing at the end."""
        with self._changed:
            self._changed.wait_for(lambda: self._jobs or self._is_closed)
            self._changed.wait_for(lambda: not self._is_another_expected() or self._is_closed, _GATHERING)
            return [] if self._is_closed else self._jobs[:]

    def _is_another_expected(self) -> bool:
        now, here = time.monotonic(), {id(job.slot) for job in self._jobs}
        return any(now - slot.last_served < _JUST_NOW and id(slot) not in here for slot in self.slots if slot.is_used)

    def _drop_cancelled(self, job: _Job) -> bool:
        if job.slot.is_cancelled:
            self._finish(job, CancelledError())
        return job.slot.is_cancelled

    def _run(self, jobs: Sequence[_Job]) -> None:
        """Evaluate the next rows of jobs in one batch."""
        share = BATCH if len(jobs) == 1 else _SHARE
        parts = [(job, job.rows[job.done : job.done + share]) for job in jobs]
        rows = [row for _, part in parts for row in part]
        try:
            abort = self._abort if any(job.interruptible for job in jobs) else None
            is_done = self.llama.decode(rows, abort, ctypes.addressof(self._abort_mark))
        except Exception as error:
            for job in jobs:
                self._finish(job, error)
            return
        self.batches, self.rows = self.batches + 1, self.rows + len(rows)
        if not is_done:
            self._forget(rows)
            return
        self._give_out(parts)

    def _forget(self, rows: Sequence[Row]) -> None:
        """Take out what an evaluation that was ended has left behind: it is begun anew for whoever still wants it."""
        memory = self.llama.binding.llama_get_memory(self.llama.pointer)
        starts: dict[int, int] = {}
        for _, position, sequences, _ in rows:
            for sequence in sequences:
                starts[sequence] = min(position, starts.get(sequence, position))
        for sequence, start in starts.items():
            self.llama.binding.llama_memory_seq_rm(memory, sequence, start, -1)

    def _give_out(self, parts: Sequence[tuple[_Job, Sequence[Row]]]) -> None:
        row, size = 0, self.llama.vocabulary_size * ctypes.sizeof(ctypes.c_float)
        for job, part in parts:
            for n, (*_, wanted) in enumerate(part):
                if wanted:  # copied, since the next batch, which may be another slot's, takes their place
                    job.outputs[job.done + n] = bytearray(ctypes.string_at(self.llama.logits(row + n), size))
            row += len(part)
            job.done += len(part)
            if job.done == len(job.rows):
                self._finish(job)

    def _finish(self, job: _Job, failure: Exception | None = None) -> None:
        with self._changed:
            self._jobs.remove(job)
        job.end(failure)


def _make_abort_callback(binding: Any) -> Any:
    """What says whether the mark that it is given is 1. It runs at every node of the graph, and in Python each time
    would wait for whatever thread has the interpreter: libc's atoi does the same."""
    return ctypes.cast(ctypes.CDLL(None).atoi, binding.ggml_abort_callback)


def _take_whole_state(llama: LlamaCpp) -> bytearray:
    state = bytearray(llama.binding.llama_state_get_size(llama.pointer))
    target = (ctypes.c_uint8 * len(state)).from_buffer(state)
    written = llama.binding.llama_state_get_data(llama.pointer, target, len(state))
    del target
    del state[written:]
    return state


def _restore_whole_state(llama: LlamaCpp, state: bytearray) -> None:
    llama.binding.llama_state_set_data(llama.pointer, (ctypes.c_uint8 * len(state)).from_buffer(state), len(state))
