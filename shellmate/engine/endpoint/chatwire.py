"""The connections to an endpoint, such that they can be ended from another thread."""

import socket
import threading
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import httpx

_ENDING = 0.5  # seconds that what comes behind the code may take


@dataclass
class Wire:
    """A client with the sockets that it has opened."""

    client: "httpx.Client"
    sockets: list[socket.socket] = field(default_factory=list)
    is_cut: bool = False

    def note(self, event: str, info: dict[str, Any]) -> None:
        """httpcore's trace of a request. A thread that waits in recv wakes up when its socket is shut down, not when
        it is closed."""
        if event.endswith(("connect_tcp.complete", "start_tls.complete")):
            self.sockets.append(info["return_value"].get_extra_info("socket"))
            if self.is_cut:
                self.cut()

    def cut(self) -> None:
        self.is_cut = True
        for opened in self.sockets:
            _shut_down(opened)


def end_soon(response: "httpx.Response") -> threading.Timer:
    """A clock at whose end the response has one."""
    opened = response.extensions["network_stream"].get_extra_info("socket")
    ending = threading.Timer(_ENDING, _shut_down, [opened])
    ending.daemon = True
    ending.start()
    return ending


def _shut_down(opened: socket.socket) -> None:
    with suppress(OSError):
        socket.socket.shutdown(opened, socket.SHUT_RDWR)
