"""One HTTP request over a unix socket, and the lines of its answer as they come.

http.client takes 40 ms to import, a third of all that a process has which only asks: hence these few lines, which speak
HTTP 1.0, in which an answer ends with the connection.
"""

import json
import select
import socket
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

_CONNECTING = 2.0  # seconds
_PATIENCE = 2.0  # seconds without an answer, after which is looked whether the other side lives
_OK = b"200"


class GoneError(Exception):
    """Nobody listens, or the process went away in the middle of an answer."""


def write_request(method: str, path: str, content: bytes) -> bytes:
    """A request whose answer ends with the connection."""
    head = f"{method} {path} HTTP/1.0\r\nHost: shellmate\r\nContent-Length: {len(content)}\r\n\r\n"
    return head.encode() + content


class Connection:
    """A request that was sent. Closing it ends the work at the other side."""

    def __init__(self, address: Path, path: str, body: Any = None, seconds: float | None = None):
        """POST with a body, GET without. `seconds` is how long each part of an answer may take. Raises GoneError where
        nobody listens."""
        content = b"" if body is None else json.dumps(body).encode()
        self._address = address
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._socket.settimeout(_CONNECTING)
        try:
            self._socket.connect(str(address))
            self._socket.settimeout(seconds)
            self._socket.sendall(write_request("GET" if body is None else "POST", path, content))
        except OSError as error:
            self._socket.close()
            raise GoneError(str(error)) from error

    def lines(self) -> Iterator[Any]:
        """The JSON of each line, up to the end of the answer. Raises GoneError where it ends too soon, or is none, and
        where none begins since the other side was stopped."""
        with self._socket.makefile("rb") as answer:
            try:
                if self._socket.gettimeout() is None:
                    self._wait_while_it_lives()
                status = answer.readline().split(b" ", 2)
                while answer.readline().strip():
                    pass
                if status[1:2] != [_OK]:
                    raise GoneError(f"it answered {b' '.join(status[1:]).decode('ascii', 'replace').strip()}")
                for line in answer:
                    yield json.loads(line)
            except (OSError, ValueError) as error:
                raise GoneError(str(error)) from error

    def _wait_while_it_lives(self) -> None:
        """For as long as others are answered first."""
        while not select.select([self._socket], [], [], _PATIENCE)[0]:
            asking = Connection(self._address, "/health", seconds=_CONNECTING)
            try:
                next(asking.lines(), None)
            finally:
                asking.close()

    def close(self) -> None:
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)  # at once, whoever still reads
        self._socket.close()
