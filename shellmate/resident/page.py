"""The page for a browser: three files, which ask nothing of anybody but of the server that they came from."""

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from shellmate.prompt.prompt import Message

_FOLDER = Path(__file__).with_name("page")
_FILES = {
    "/": ("index.html", "text/html"),
    "/page.css": ("page.css", "text/css"),
    "/page.js": ("page.js", "text/javascript"),
}
_POLICY = (
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "connect-src 'self'",
    "img-src 'self' data:",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
)
_HEADERS = {
    "Cache-Control": "no-cache",
    "Content-Security-Policy": "; ".join(_POLICY),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
OPEN = tuple(_FILES)  # nothing in them is secret


def routes(model: str, prefix: Sequence[Message]) -> list[Route]:
    """Where the page's files are, and what its conversations begin with: `/start.json` has `model` and `messages`.

    Whoever opens the page brings the token, behind the `#` of its address, which browsers do not send. Raises OSError
    where a file is missing.
    """
    begun = {"model": model, "messages": [asdict(message) for message in prefix]}

    async def start(request: Request) -> JSONResponse:
        return JSONResponse(begun, headers=_HEADERS)

    files = [_file(path, (_FOLDER / name).read_bytes(), kind) for path, (name, kind) in _FILES.items()]
    return [*files, Route("/start.json", start)]


def _file(path: str, content: bytes, kind: str) -> Route:
    async def show(request: Request) -> Response:
        return Response(content, media_type=kind, headers=_HEADERS)

    return Route(path, show)
