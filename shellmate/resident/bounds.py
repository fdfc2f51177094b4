"""How much a request may have: all of it is in memory before it is looked at."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shellmate.core.errors import UsageError

MOST_BYTES = 4 << 20  # of a body: to find the tokens of so many takes seconds, and no model has room for them


class TooLargeError(UsageError):
    """There is more of a request than there may be."""


class BodyBound:
    """Lets whoever reads a body that is too large have a TooLargeError, before anything of it came where its length was
    announced."""

    def __init__(self, app: ASGIApp):
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        announced = int(dict(scope["headers"]).get(b"content-length", 0))  # digits, as h11 has seen to
        seen = 0

        async def receive_bounded() -> Message:
            nonlocal seen
            message = await receive() if announced <= MOST_BYTES else {}
            seen += len(message.get("body", b""))
            if max(seen, announced) > MOST_BYTES:
                raise TooLargeError(f"the request is larger than {MOST_BYTES >> 20} MiB")
            return message

        await self._app(scope, receive_bounded, send)
