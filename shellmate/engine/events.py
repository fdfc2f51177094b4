"""Server-sent events, as HTML's standard has them, as far as their data goes."""

import re
from collections.abc import Iterable, Iterator

_END_OF_LINE = re.compile(rb"\r\n|\n|\r(?=.)", re.DOTALL)  # a CR at the end may be half of a CRLF


def read_events(chunks: Iterable[bytes]) -> Iterator[str]:
    """The data of each event, from bytes that are cut anywhere. One that the stream's end cuts off counts too."""
    data: list[str] = []
    for line in _lines(chunks):
        name, _, value = line.partition(":")
        if not line and data:
            yield "\n".join(data)
            data = []
        elif name == "data":
            data.append(value.removeprefix(" "))
    if data:
        yield "\n".join(data)


def _lines(chunks: Iterable[bytes]) -> Iterator[str]:
    rest = b""
    for chunk in chunks:
        *lines, rest = _END_OF_LINE.split(rest + chunk)
        for line in lines:
            yield line.decode("utf-8", "replace").removeprefix("\ufeff")
    if rest:
        yield rest.removesuffix(b"\r").decode("utf-8", "replace")
