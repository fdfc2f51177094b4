"""Answers that are written while they are made, and end when nobody reads them any more."""

import asyncio
from collections.abc import AsyncGenerator, Coroutine
from contextlib import aclosing, suppress
from typing import Any, TypeVar

from starlette.types import Receive, Scope, Send

T = TypeVar("T")


class DisconnectedError(Exception):
    """Whoever asked has gone away."""


async def while_connected(receive: Receive, work: Coroutine[Any, Any, T]) -> T:
    """What some work gives. It is cancelled, and DisconnectedError raised, when the client goes away."""

    async def notice() -> None:
        while (await receive())["type"] != "http.disconnect":
            pass

    working, noticing = asyncio.ensure_future(work), asyncio.ensure_future(notice())
    try:
        await asyncio.wait((working, noticing), return_when=asyncio.FIRST_COMPLETED)
        if working.done():
            return working.result()
        raise DisconnectedError
    finally:
        for task in (working, noticing):
            task.cancel()
        await asyncio.gather(working, noticing, return_exceptions=True)


class Stream:
    """A response of pieces, of which `first` is there already: what fails before it has a status of its own."""

    def __init__(self, first: bytes, rest: AsyncGenerator[bytes, None], media_type: str):
        self._first, self._rest, self._media_type = first, rest, media_type

    @classmethod
    async def open(cls, pieces: AsyncGenerator[bytes, None], media_type: str, receive: Receive) -> "Stream":
        """Raises what happens before the first piece, and DisconnectedError."""
        first = await while_connected(receive, _next(pieces))
        return cls(first, pieces, media_type)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = [(b"content-type", self._media_type.encode()), (b"cache-control", b"no-store")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        with suppress(DisconnectedError):
            await while_connected(receive, self._send_all(send))

    async def _send_all(self, send: Send) -> None:
        async with aclosing(self._rest) as rest:
            await send({"type": "http.response.body", "body": self._first, "more_body": True})
            async for piece in rest:
                await send({"type": "http.response.body", "body": piece, "more_body": True})
        await send({"type": "http.response.body", "body": b""})


async def _next(pieces: AsyncGenerator[bytes, None]) -> bytes:
    return await anext(pieces, b"")
