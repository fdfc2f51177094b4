"""Who is at the other end of a connection, and for how long they may stay there without asking."""

import asyncio
import os
import socket
import struct
import sys
from typing import Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

_LINUX_CREDENTIALS = struct.Struct("=iII")  # struct ucred of unix(7): pid, uid, gid
_BSD_CREDENTIALS = struct.Struct("=II")  # the beginning of struct xucred, <sys/ucred.h>: version, uid
_LOCAL_PEERCRED = 1
_MOST = 100  # connections by TCP, and as many by the unix socket: few processes may have less than 256 files open
_SECONDS = 20.0  # in which a request has to be there as a whole


def uid_of_peer(connection: Any) -> int:
    """The user who connected. Raises OSError where the system does not say."""
    if sys.platform == "linux":
        given = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _LINUX_CREDENTIALS.size)
        return int(_LINUX_CREDENTIALS.unpack(given)[1])
    return int(_BSD_CREDENTIALS.unpack_from(connection.getsockopt(0, _LOCAL_PEERCRED, 76))[1])


class OwnPeersOnly(H11Protocol):
    """Hangs up on whoever is another user, before anything is read: the folder's mode keeps them out as well. And on
    whoever comes when there are too many already, or does not get to the end of a request: by TCP, that can be anybody
    on this machine, who is not to keep others from being answered."""

    _hanging_up: asyncio.TimerHandle | None = None

    def connection_made(self, transport: Any) -> None:
        connection = transport.get_extra_info("socket")
        if connection is not None and connection.family == socket.AF_UNIX:
            try:
                is_own = uid_of_peer(connection) == os.getuid()
            except OSError:
                is_own = False
            if not is_own:
                transport.abort()
                return
        super().connection_made(transport)
        self._wait_for_request()
        if self._count_alike() > _MOST:
            transport.abort()

    def _count_alike(self) -> int:
        """The connections that came the same way."""
        others = (each for each in self.connections if isinstance(each, OwnPeersOnly))
        return sum(bool(each.client) == bool(self.client) for each in others)

    def data_received(self, data: bytes) -> None:
        if self.transport is not None:
            super().data_received(data)
            self._wait_for_request()

    def _wait_for_request(self) -> None:
        """Hang up in a while, unless all of the request is there."""
        if self.conn.their_state not in (h11.IDLE, h11.SEND_BODY):
            self._stop_waiting()
        elif self._hanging_up is None:
            self._hanging_up = self.loop.call_later(_SECONDS, self.transport.abort)

    def _stop_waiting(self) -> None:
        if self._hanging_up is not None:
            self._hanging_up.cancel()
            self._hanging_up = None

    def connection_lost(self, exc: Exception | None) -> None:
        if self.transport is not None:
            self._stop_waiting()
            super().connection_lost(exc)

    def eof_received(self) -> None:
        if self.transport is not None:
            super().eof_received()
