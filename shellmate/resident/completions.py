"""OpenAI's endpoints, on the pool."""

import json
import time
import uuid
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from shellmate.engine.engine import Engine, Usage
from shellmate.resident import wire
from shellmate.resident.openai import Asked, RequestError, StopCutter, read_chat, read_completion, write_usage
from shellmate.resident.pool import Emit, Pool
from shellmate.resident.streams import Stream, while_connected

EVENTS = "text/event-stream"


class UnknownModelError(RequestError):
    """There is no such model here."""


class Form:
    """How an answer is told: a chat's or a completion's."""

    def __init__(self, prefix: str, kind: str, choice: Callable[[str], dict[str, Any]], begin: dict[str, Any] | None):
        self.prefix, self.kind, self.choice, self.begin = prefix, kind, choice, begin


CHAT = Form("chatcmpl-", "chat.completion", lambda text: {"message": {"role": "assistant", "content": text}}, None)
CHAT_CHUNK = Form(
    "chatcmpl-",
    "chat.completion.chunk",
    lambda text: {"delta": {"content": text} if text else {}},
    {"delta": {"role": "assistant", "content": ""}},
)
TEXT = Form("cmpl-", "text_completion", lambda text: {"text": text}, None)


def routes(pool: Pool, model: str, since: int) -> list[Route]:
    """Where every client of OpenAI's asks; `model` is the one there is, `since` when (Unix time)."""
    about = {"id": model, "object": "model", "created": since, "owned_by": "shellmate"}

    async def models(request: Request) -> JSONResponse:
        return JSONResponse({"object": "list", "data": [about]})

    async def one_model(request: Request) -> JSONResponse:
        _check_model(request.path_params["name"], model)
        return JSONResponse(about)

    async def chat(request: Request) -> Any:
        given = await _read(request, model)
        return await _answer(pool, request, model, read_chat(given), CHAT, CHAT_CHUNK)

    async def complete(request: Request) -> Any:
        given = await _read(request, model)
        return await _answer(pool, request, model, read_completion(given), TEXT, TEXT)

    return [
        Route("/v1/chat/completions", chat, methods=["POST"]),
        Route("/v1/completions", complete, methods=["POST"]),
        Route("/v1/models", models),
        Route("/v1/models/{name:path}", one_model),
    ]


async def _read(request: Request, model: str) -> dict[str, Any]:
    try:
        given = json.loads(await request.body())
    except (ValueError, RecursionError) as error:
        raise RequestError("the body is no JSON", "") from error
    if not isinstance(given, dict):
        raise RequestError("the body is no JSON object", "")
    _check_model(given.get("model"), model)
    return given


def _check_model(asked: Any, model: str) -> None:
    if asked not in (None, "", "default", model):
        raise UnknownModelError(f"the model {str(asked)[:80]!r} is not here; {model} is", "model")


async def _answer(pool: Pool, request: Request, model: str, asked: Asked, whole: Form, chunk: Form) -> Any:
    pieces = _pieces(pool, asked)
    if asked.streams:
        return await Stream.open(_events(pieces, asked, model, chunk), EVENTS, request.receive)

    async def gather() -> tuple[str, str, Usage]:
        text, finish, usage = "", "", Usage()
        async with aclosing(pieces):
            async for piece, why, cost in pieces:
                text, finish, usage = text + piece, why, cost
        return text, finish, usage

    text, finish, usage = await while_connected(request.receive, gather())
    return JSONResponse(_told(whole, _new_id(whole), model, whole.choice(text), finish) | {"usage": write_usage(usage)})


async def _pieces(pool: Pool, asked: Asked) -> AsyncGenerator[tuple[str, str, Usage], None]:
    """Text, why it ended (empty while it goes on) and what it has cost."""

    def work(engine: Engine, emit: Emit) -> None:
        generation = engine.generate(asked.prompt, asked.sampling)
        for piece in generation:
            emit({"piece": piece})
        emit({"usage": wire.write_usage(generation.usage)})

    cutter, usage = StopCutter(asked.stops), Usage()
    async with aclosing(pool.run(work, asked.prompt)) as events:
        async for event in events:
            if "usage" in event:
                wire.read_usage(event["usage"], usage)
            elif "piece" in event:
                usage.tokens += 1
                if passed := cutter.pass_on(event["piece"]):
                    yield passed, "", usage
                if cutter.has_stopped:
                    break
    yield cutter.rest(), "stop" if cutter.has_stopped else usage.finish or "stop", usage


async def _events(pieces: Any, asked: Asked, model: str, form: Form) -> AsyncGenerator[bytes, None]:
    """An answer as server-sent events."""
    name = _new_id(form)
    async with aclosing(pieces):
        if form.begin:
            yield _event(_told(form, name, model, form.begin, ""))
        async for text, finish, usage in pieces:
            if text or not finish:
                yield _event(_told(form, name, model, form.choice(text), ""))
            if finish:
                yield _event(_told(form, name, model, form.choice(""), finish))
                if asked.tells_usage:
                    told = _told(form, name, model, {}, "") | {"choices": [], "usage": write_usage(usage)}
                    yield _event(told)
    yield b"data: [DONE]\n\n"


def _event(told: dict[str, Any]) -> bytes:
    return b"data: " + json.dumps(told).encode() + b"\n\n"


def _told(form: Form, name: str, model: str, choice: dict[str, Any], finish: str) -> dict[str, Any]:
    return {
        "id": name,
        "object": form.kind,
        "created": int(time.time()),
        "model": model,
        "choices": [{"index": 0, **choice, "logprobs": None, "finish_reason": finish or None}],
    }


def _new_id(form: Form) -> str:
    return f"{form.prefix}{uuid.uuid4().hex}"
