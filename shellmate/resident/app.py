"""The web application: its routes, who may use them, and errors in OpenAI's words."""

import hmac
import os
import time
from collections.abc import Callable, Sequence
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from shellmate import __version__
from shellmate.core.errors import ModelError, ShellmateError, UsageError
from shellmate.resident import completions, house
from shellmate.resident.bounds import BodyBound, TooLargeError
from shellmate.resident.completions import UnknownModelError
from shellmate.resident.openai import RequestError
from shellmate.resident.page import OPEN
from shellmate.resident.pool import BusyError, Pool
from shellmate.resident.streams import DisconnectedError

_GONE = 499  # as nginx has it: nobody reads it
_OPEN = ("/health", *OPEN)


def make_app(pool: Pool, model: str, token: str = "", page: Sequence[Route] = ()) -> Starlette:
    """The application for a model, and a page's routes. With a `token` whoever asks over TCP has to know it, but for
    health and the page's files."""
    since = int(time.time())

    async def health(request: Request) -> JSONResponse:
        return JSONResponse(
            {
                "status": "ok",
                "model": model,
                "loaded": pool.is_loaded,
                "busy": pool.busy,
                "waiting": pool.waiting,
                **pool.evaluated,
                "pid": os.getpid(),
                "version": __version__,
                "since": since,
            }
        )

    return Starlette(
        routes=[
            Route("/health", health),
            *completions.routes(pool, model, since),
            *house.routes(pool),
            *page,
        ],
        middleware=[*([Middleware(TokenCheck, token=token)] if token else []), Middleware(BodyBound)],
        exception_handlers=_handlers(),
    )


class TokenCheck:
    """Lets through what brings the bearer token, and what came over the unix socket, which has no client's address."""

    def __init__(self, app: ASGIApp, token: str):
        self._app, self._token = app, f"Bearer {token}".encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["client"] and scope["path"] not in _OPEN:
            given = dict(scope["headers"]).get(b"authorization", b"")
            if not hmac.compare_digest(given, self._token):
                await _error("the bearer token is missing or wrong", 401, "invalid_api_key")(scope, receive, send)
                return
        await self._app(scope, receive, send)


def _handlers() -> dict[Any, Callable[..., Any]]:
    async def not_here(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        return _error(f"{request.method} {request.url.path} is not here", error.status_code, "not_found")

    async def told(request: Request, error: Exception) -> Response:
        assert isinstance(error, ShellmateError)
        status = next(code for kind, code in _STATUS if isinstance(error, kind))
        kind = "model_not_found" if isinstance(error, UnknownModelError) else type(error).__name__
        return _error(str(error), status, kind, getattr(error, "param", None))

    async def gone(request: Request, error: Exception) -> Response:
        return Response(status_code=_GONE)

    async def broken(request: Request, error: Exception) -> Response:
        # What it says may have words of the question in it, so only its kind is told.
        return _error(f"internal error: {type(error).__name__}", 500, "internal_error")

    return {HTTPException: not_here, ShellmateError: told, DisconnectedError: gone, Exception: broken}


_STATUS: tuple[tuple[type[ShellmateError], int], ...] = (
    (UnknownModelError, 404),
    (TooLargeError, 413),
    (RequestError, 400),
    (UsageError, 400),
    (BusyError, 503),
    (ModelError, 503),
    (ShellmateError, 500),
)


def _error(message: str, status: int, code: str, param: str | None = None) -> JSONResponse:
    kind = "invalid_request_error" if status < 500 else "server_error"
    return JSONResponse({"error": {"message": message, "type": kind, "param": param, "code": code}}, status_code=status)
