"""The requests of shellmate's own processes: an Engine's methods, and the end of a line that is being typed."""

import asyncio
import json
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from shellmate.core.errors import ShellmateError, UsageError
from shellmate.engine.engine import Candidate, Engine
from shellmate.engine.states import Keeping
from shellmate.prompt.prompt import Prompt
from shellmate.resident import wire
from shellmate.resident.pool import NOTHING, Emit, GaveWayError, Pool, Work
from shellmate.resident.streams import Stream, while_connected
from shellmate.resident.suggesting import COMMANDS, REQUESTS, SUGGESTING, Lines, has_an_end, read_suggestion

Given = Mapping[str, Any]
Do = Callable[[Given], tuple[Work, Prompt | None]]
LINES = "application/x-ndjson"
_QUIET = 0.5  # seconds after an answer


def routes(pool: Pool) -> list[Route]:
    """Where shellmate's own processes ask."""

    notes = _Notes(pool)

    def answering(do: Do) -> Callable[[Request], Awaitable[Any]]:
        async def answer(request: Request) -> Any:
            given = await _read(request)
            with _complaining():
                (work, prompt), keeping = do(given), Keeping(**given["keeping"])
            if prompt and prompt.turns:
                await notes.take_now()
            events = _lines(pool.run(work, prompt, keeping))
            return await Stream.open(events, LINES, request.receive)

        return answer

    async def note(request: Request) -> Response:
        given = await _read(request)
        with _complaining():
            noted = wire.read_prompt(given["prompt"]), str(given["answer"]), Keeping(**given["keeping"])
        notes.take_soon(*noted)
        return Response(status_code=202)

    def suggesting(lines: Lines) -> Callable[[Request], Awaitable[Any]]:
        async def suggest(request: Request) -> Response:
            typed = (await request.body()).decode("utf-8", "replace")
            suggestion = await while_connected(request.receive, _suggest(pool, lines, typed))
            return PlainTextResponse(suggestion)

        return suggest

    return [
        Route(wire.GENERATE, answering(_generate), methods=["POST"]),
        Route(wire.SEVERAL, answering(_generate_several), methods=["POST"]),
        Route(wire.PRIME, answering(_prime), methods=["POST"]),
        Route(wire.NOTE, note, methods=["POST"]),
        Route(wire.SUGGEST, suggesting(COMMANDS), methods=["POST"]),
        Route(wire.SUGGEST_WORDS, suggesting(REQUESTS), methods=["POST"]),
    ]


class _Notes:
    """Answers that are to be behind the next question. Nobody waits for it, and nobody's going away ends it: it is done
    when there is quiet, or when a question comes that goes on from an answer."""

    def __init__(self, pool: Pool):
        self._pool = pool
        self._hurry = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()

    def take_soon(self, prompt: Prompt, answer: str, keeping: Keeping) -> None:
        task = asyncio.ensure_future(self._take(prompt, answer, keeping))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def take_now(self) -> None:
        if self._tasks:
            self._hurry.set()
            await asyncio.gather(*self._tasks)
            self._hurry.clear()

    async def _take(self, prompt: Prompt, answer: str, keeping: Keeping) -> None:
        gave_way = True
        while gave_way:
            await self._wait_for_quiet()
            gave_way = False
            with suppress(ShellmateError):
                try:
                    await self._note(prompt, answer, keeping)
                except GaveWayError:
                    gave_way = True

    async def _wait_for_quiet(self) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(self._hurry.wait(), _QUIET)
        while self._pool.busy and not self._hurry.is_set():
            await asyncio.sleep(_QUIET)
        await self._pool.settle()  # the seat that wrote the answer knows it

    async def _note(self, prompt: Prompt, answer: str, keeping: Keeping) -> None:
        def note(engine: Engine, _: Emit) -> None:
            engine.note_turn(prompt, answer)

        async for _ in self._pool.run(note, prompt, keeping, gives_way=not self._hurry.is_set()):
            pass


async def _read(request: Request) -> Given:
    body = await request.body()
    with _complaining():
        return dict(json.loads(body))


@contextmanager
def _complaining() -> Iterator[None]:
    """Raises UsageError for what one of shellmate's own requests does not have."""
    try:
        yield
    except (AttributeError, LookupError, TypeError, ValueError, RecursionError) as error:
        raise UsageError("the request is none of shellmate's") from error


async def _lines(events: AsyncGenerator[dict[str, Any], None]) -> AsyncGenerator[bytes, None]:
    """Each event as a line; what was raised is the last one."""
    last: dict[str, Any] = {"done": 1}
    try:
        async for event in events:
            yield json.dumps(event).encode() + b"\n"
    except ShellmateError as error:
        last = {"error": wire.write_error(error)}
    finally:
        await events.aclose()
    yield json.dumps(last).encode() + b"\n"


def _generate(given: Given) -> tuple[Work, Prompt]:
    prompt, sampling = wire.read_prompt(given["prompt"]), wire.read_sampling(given["sampling"])

    def work(engine: Engine, emit: Emit) -> None:
        generation = engine.generate(prompt, sampling, given["answered"])
        for piece in generation:
            emit({"piece": piece, "usage": wire.write_usage(generation.usage)})
        emit({"usage": wire.write_usage(generation.usage)})

    return work, prompt


def _generate_several(given: Given) -> tuple[Work, Prompt]:
    prompt, sampling = wire.read_prompt(given["prompt"]), wire.read_sampling(given["sampling"])
    effort, also = wire.read_effort(given["effort"]), [wire.read_prompt(each) for each in given["also"]]

    def work(engine: Engine, emit: Emit) -> None:
        show = (lambda text: emit({"show": text})) if given["shows"] else None
        candidates, usage = engine.generate_several(
            prompt, sampling, given["count"], effort=effort, show=show, also=also
        )
        emit({"candidates": wire.write_candidates(candidates), "usage": wire.write_usage(usage)})

    return work, prompt


def _prime(given: Given) -> tuple[Work, Prompt]:
    prefix = wire.read_messages(given["prefix"])
    return lambda engine, emit: emit({"primed": engine.prime(prefix)}), Prompt(prefix, "")


async def _suggest(pool: Pool, lines: Lines, typed: str) -> str:
    """What probably comes behind what was typed; nothing where that is not sure."""
    if not has_an_end(typed):
        return ""
    prompt = lines.compose(typed)

    def work(engine: Engine, emit: Emit) -> None:
        candidates, _ = engine.generate_several(prompt, SUGGESTING, 1, effort=lines.effort)
        emit({"candidates": wire.write_candidates(candidates)})

    found: list[Candidate] = []
    with suppress(ShellmateError):  # a model that cannot do it has nothing to say
        async for event in pool.run(work, prompt, NOTHING):
            if "candidates" in event:
                found = wire.read_candidates(event["candidates"])
    return read_suggestion(lines, found[0]) if found else ""
