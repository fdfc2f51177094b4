"""The engine of another process, which is kept warm there; where that is gone, this process goes on by itself."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, suppress
from pathlib import Path
from typing import Any

from shellmate.engine.engine import THOROUGH, Candidate, Effort, Engine, Generation, Sampling, Usage
from shellmate.prompt.prompt import Message, Prompt
from shellmate.resident import wire
from shellmate.resident.unixhttp import Connection, GoneError

Progress = Callable[..., AbstractContextManager[Callable[[int], None]]]


class ResidentEngine:
    """An Engine behind a socket. `keeping` is what may be kept on disk of questions, as of `states.Keeping`.
    `open_local` opens the engine that takes over where the other process is gone, even in the middle of an answer."""

    def __init__(
        self,
        socket: Path,
        keeping: dict[str, bool],
        progress: Progress,
        say: Callable[[str], None],
        open_local: Callable[[], Engine],
    ):
        self._socket, self._keeping = socket, keeping
        self._progress, self._say, self._open_local = progress, say, open_local
        self._local: Engine | None = None
        self._connection: Connection | None = None  # of an answer that may not be at its end

    def generate(self, prompt: Prompt, sampling: Sampling, answered: str = "") -> Generation:
        if self._local:
            return self._local.generate(prompt, sampling, answered)
        usage = Usage()
        return Generation(self._pieces(prompt, sampling, answered, usage), usage)

    def _pieces(self, prompt: Prompt, sampling: Sampling, answered: str, usage: Usage) -> Iterator[str]:
        body = {
            "prompt": wire.write_prompt(prompt),
            "sampling": wire.write_sampling(sampling),
            "answered": answered,
        }
        text = ""
        try:
            for event in self._events(wire.GENERATE, body, usage):
                if piece := event.get("piece"):
                    text += piece
                    yield piece
        except GoneError:
            yield from self._go_on(prompt, sampling, answered, text, usage)

    def _go_on(self, prompt: Prompt, sampling: Sampling, answered: str, given: str, usage: Usage) -> Iterator[str]:
        """The rest of an answer of which some was `given` already. It is written anew, since what tokens that was made
        of is not known, and no others are followed by the same; where it comes out otherwise, it goes on from there."""
        engine, text = self._take_over(), ""
        generation = engine.generate(prompt, sampling, answered)
        for piece in generation:
            vars(usage).update(vars(generation.usage))
            text += piece
            if not (given.startswith(text) or text.startswith(given)):
                break
            if len(text) > len(given):
                yield text[len(given) :]
                given = text
        else:
            vars(usage).update(vars(generation.usage))
            return
        generation = engine.generate(prompt, sampling, given)
        for number, piece in enumerate(generation):
            if number:  # the first one is what was given
                yield piece
        vars(usage).update(vars(generation.usage))

    def generate_several(
        self,
        prompt: Prompt,
        sampling: Sampling,
        count: int,
        *,
        effort: Effort = THOROUGH,
        show: Callable[[str], None] | None = None,
        also: Sequence[Prompt] = (),
    ) -> tuple[list[Candidate], Usage]:
        body = {
            "prompt": wire.write_prompt(prompt),
            "sampling": wire.write_sampling(sampling),
            "count": count,
            "effort": wire.write_effort(effort),
            "shows": bool(show),
            "also": [wire.write_prompt(other) for other in also],
        }
        usage, candidates = Usage(), None
        try:
            if not self._local:
                for event in self._events(wire.SEVERAL, body, usage):
                    if show and "show" in event:
                        show(event["show"])
                    if "candidates" in event:
                        candidates = wire.read_candidates(event["candidates"])
        except GoneError:
            pass
        if candidates is not None:
            return candidates, usage
        local = self._take_over()
        return local.generate_several(prompt, sampling, count, effort=effort, show=show, also=also)

    def note_turn(self, prompt: Prompt, answer: str) -> None:
        """Nobody waits for it: the other process has it, and does it when this one may have ended."""
        if self._local:
            self._local.note_turn(prompt, answer)
            return
        self._hang_up()
        body = {"prompt": wire.write_prompt(prompt), "answer": answer, "keeping": self._keeping}
        with suppress(GoneError):
            Connection(self._socket, wire.NOTE, body).close()

    def prime(self, prefix: tuple[Message, ...]) -> int:
        try:
            if not self._local:
                for event in self._events(wire.PRIME, {"prefix": wire.write_messages(prefix)}, Usage()):
                    if "primed" in event:
                        return int(event["primed"])
        except GoneError:
            pass
        return self._take_over().prime(prefix)

    def close(self) -> None:
        self._hang_up()
        if self._local:
            self._local.close()

    def _hang_up(self) -> None:
        """End what is still being written of the last answer: who has seen enough of it asks for no more pieces."""
        if self._connection:
            self._connection.close()
            self._connection = None

    def _take_over(self) -> Engine:
        self._local = self._local or self._open_local()
        return self._local

    def _events(self, path: str, body: dict[str, Any], usage: Usage) -> Iterator[dict[str, Any]]:
        """The events of an answer. Raises GoneError where its end does not come, and what the engine raised."""
        self._hang_up()
        self._connection = connection = Connection(self._socket, path, body | {"keeping": self._keeping})
        try:
            with ExitStack() as bars:
                advance: list[Callable[[int], None]] = []
                for event in connection.lines():
                    if "usage" in event:
                        wire.read_usage(event["usage"], usage)
                    match event:
                        case {"error": error}:
                            raise wire.read_error(error)
                        case {"done": _}:
                            return
                        case {"say": text}:
                            self._say(text)
                        case {"progress": [what, total, unit, announce]}:
                            advance = [bars.enter_context(self._progress(what, total, unit, announce=announce))]
                        case {"advance": count}:
                            advance[0](count)
                        case {"progressed": _}:
                            bars.close()
                        case _:
                            yield event
            raise GoneError("the answer has no end")
        finally:
            connection.close()
