"""The connections to an endpoint, such that they can be ended from another thread."""

import socket
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import httpx


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
            with suppress(OSError):
                socket.socket.shutdown(opened, socket.SHUT_RDWR)
