"""The seats at a resident model: who asks takes one, and who finds none free waits in turn."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from time import monotonic
from typing import Any

from shellmate.core.errors import ShellmateError
from shellmate.engine.engine import Engine
from shellmate.engine.local import LocalEngine
from shellmate.engine.shared import SharedModel
from shellmate.engine.slot import CancelledError, Slot
from shellmate.engine.states import Keeping
from shellmate.prompt.prompt import Message, Prompt

Emit = Callable[[dict[str, Any]], None]
Work = Callable[[Engine, Emit], None]
NOTHING = Keeping(inputs=False, turns=False)
_MOST_WAITING = 64
_SETTLING = 0.005  # seconds between two looks


class BusyError(ShellmateError):
    """Too many wait already."""


class GaveWayError(ShellmateError):
    """Somebody came whom the work was to make room for."""


class Seat:
    """A slot with its engine, which works in a thread of its own; what it has to say goes to whom it works for."""

    def __init__(self, open_engine: Callable[..., LocalEngine], slot: Slot):
        self.slot, self.engine = slot, open_engine(slot=slot, progress=self._progress, say=self._say)
        self.thread = ThreadPoolExecutor(1, "seat")
        self.last: Prompt | None = None
        self.is_taken = False
        self.last_taken = 0.0  # by monotonic()
        self._emit: Emit = lambda _: None

    def work(self, shared: SharedModel, keeping: Keeping, work: Work, emit: Emit) -> None:
        """Do some work. Raises what it raises, but where nobody wants it any more."""
        self._emit = emit
        self.engine.keep(keeping)
        shared.begin(self.slot)
        try:
            work(self.engine, emit)
        except CancelledError:
            pass
        finally:
            shared.end(self.slot)
            self._emit = lambda _: None

    def has_in_common_with(self, prompt: Prompt | None) -> int:
        """How many messages a prompt begins with that the one before it did as well. Ends of lines go with each other,
        so that those that are suggested while a message is typed leave the seat alone that knows the conversation."""
        if self.last is None or prompt is None:
            return 0
        if self.last.infill and prompt.infill:
            return 1
        mine, theirs = ([*p.prefix, *p.turns] for p in (self.last, prompt))
        return next(
            (n for n, (a, b) in enumerate(zip(mine, theirs, strict=False)) if a != b), min(len(mine), len(theirs))
        )

    @contextmanager
    def _progress(self, what: str, total: int, unit: str, announce: bool = True) -> Iterator[Callable[[int], None]]:
        self._emit({"progress": [what, total, unit, announce]})
        yield lambda count: self._emit({"advance": count})
        self._emit({"progressed": 1})

    def _say(self, text: str) -> None:
        self._emit({"say": text})


class ResidentModel:
    """A model that is loaded, with its seats."""

    def __init__(self, shared: SharedModel, open_engine: Callable[..., LocalEngine], is_current: Callable[[], bool]):
        self.shared, self.is_current = shared, is_current
        self.seats = [Seat(open_engine, slot) for slot in shared.slots]

    def close(self) -> None:
        """Keep on disk what is worth it, and give back the memory. No seat may be taken."""
        for seat in self.seats:
            seat.thread.submit(seat.engine.close).result()
            seat.thread.shutdown()
        self.shared.close()


class Pool:
    """`open_model` loads the model, when it is first asked and again after it was unloaded."""

    def __init__(self, open_model: Callable[[], ResidentModel], seats: int):
        self._open_model = open_model
        self._seats = seats
        self._free = asyncio.Semaphore(seats)
        self._door = asyncio.Lock()  # for whoever loads or unloads the model
        self._model: ResidentModel | None = None
        self._giving_way: set[Seat] = set()
        self.busy = self.waiting = 0
        self.last_used = monotonic()

    @property
    def is_loaded(self) -> bool:
        return self._model is not None

    @property
    def evaluated(self) -> dict[str, int]:
        """Since the model was loaded: batches, and the tokens in them."""
        shared = self._model.shared if self._model else None
        return {"batches": shared.batches if shared else 0, "tokens": shared.rows if shared else 0}

    async def run(
        self, work: Work, prompt: Prompt | None, keeping: Keeping = NOTHING, gives_way: bool = False
    ) -> AsyncGenerator[dict[str, Any], None]:
        """What work emits, on the seat that knows most of the prompt. Whoever stops iterating ends the work, within the
        time of a token. Work that `gives_way` is ended by the next that does not, which so is alone, as if it had not
        been there. Raises BusyError, GaveWayError, and what the work raises."""
        if not gives_way:
            await self._make_way()
        model, seat = await self._take(prompt)
        if gives_way:
            self._giving_way.add(seat)
        loop = asyncio.get_running_loop()
        events: asyncio.Queue[dict[str, Any] | None] = asyncio.Queue()

        def emit(event: dict[str, Any] | None) -> None:
            loop.call_soon_threadsafe(events.put_nowait, event)

        def finish() -> bool:
            """Whether it was left to come to its end."""
            try:
                seat.work(model.shared, keeping, work, emit)
                return not seat.slot.is_cancelled
            finally:
                emit(None)

        working = loop.run_in_executor(seat.thread, finish)
        working.add_done_callback(lambda _: self._give_back(seat, prompt))
        try:
            while (event := await events.get()) is not None:
                yield event
            if not await working:
                raise GaveWayError("another question came")
        finally:
            model.shared.cancel(seat.slot)
            working.add_done_callback(lambda done: done.cancelled() or done.exception())  # said, or nobody is there

    async def _make_way(self) -> None:
        for seat in self._giving_way:
            if self._model:
                self._model.shared.cancel(seat.slot)
        await self.settle()

    async def _take(self, prompt: Prompt | None) -> tuple[ResidentModel, Seat]:
        if self.waiting >= _MOST_WAITING:
            raise BusyError("too many questions wait already", "ask again in a while")
        self.waiting += 1
        try:
            await self._free.acquire()
        finally:
            self.waiting -= 1
        try:
            model = await self._obtain()
            free = (seat for seat in model.seats if not seat.is_taken)
            seat = max(free, key=lambda each: each.has_in_common_with(prompt) or -each.last_taken)
            seat.is_taken, seat.last_taken, seat.slot.is_cancelled = True, monotonic(), False
            self.busy += 1
            return model, seat
        except BaseException:
            self._free.release()
            raise

    def _give_back(self, seat: Seat, prompt: Prompt | None) -> None:
        seat.last = prompt or seat.last
        seat.is_taken = False
        self._giving_way.discard(seat)
        self.busy -= 1
        self.last_used = monotonic()
        self._free.release()

    async def _obtain(self) -> ResidentModel:
        """The model, loaded anew where its file is another by now and nobody uses it."""
        async with self._door:
            if self._model and not self.busy and not self._model.is_current():
                await self._unload()
            if self._model is None:
                self._model = await asyncio.get_running_loop().run_in_executor(None, self._open_model)
            return self._model

    async def settle(self) -> None:
        """Wait until no seat is at work that nobody wants any more, which takes the time of a token."""
        while self._model and any(seat.is_taken and seat.slot.is_cancelled for seat in self._model.seats):
            await asyncio.sleep(_SETTLING)

    async def warm(self, prefix: tuple[Message, ...]) -> None:
        """Have the model loaded, and a seat hold a prefix, for the first who asks. What fails will be said to them."""
        with suppress(ShellmateError):
            async for _ in self.run(lambda engine, _: _prime(engine, prefix), Prompt(prefix, ""), gives_way=True):
                pass

    async def unload(self) -> None:
        """Give back the model's memory; where it is used, nothing happens."""
        async with self._door:
            if self._model and not self.busy:
                await self._unload()

    async def _unload(self) -> None:
        model, self._model = self._model, None
        if model:
            await asyncio.get_running_loop().run_in_executor(None, model.close)


def _prime(engine: Engine, prefix: tuple[Message, ...]) -> None:
    engine.prime(prefix)
