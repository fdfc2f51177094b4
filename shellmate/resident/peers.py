"""Who is at the other end of a unix socket."""

import os
import socket
import struct
import sys
from typing import Any

from uvicorn.protocols.http.h11_impl import H11Protocol

_LINUX_CREDENTIALS = struct.Struct("=iII")  # struct ucred of unix(7): pid, uid, gid
_BSD_CREDENTIALS = struct.Struct("=II")  # the beginning of struct xucred, <sys/ucred.h>: version, uid
_LOCAL_PEERCRED = 1


def uid_of_peer(connection: Any) -> int:
    """The user who connected. Raises OSError where the system does not say."""
    if sys.platform == "linux":
        given = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _LINUX_CREDENTIALS.size)
        return int(_LINUX_CREDENTIALS.unpack(given)[1])
    return int(_BSD_CREDENTIALS.unpack_from(connection.getsockopt(0, _LOCAL_PEERCRED, 76))[1])


class OwnPeersOnly(H11Protocol):
    """Hangs up on whoever is another user, before anything is read: the folder's mode keeps them out as well."""

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

    def data_received(self, data: bytes) -> None:
        if self.transport is not None:
            super().data_received(data)

    def connection_lost(self, exc: Exception | None) -> None:
        if self.transport is not None:
            super().connection_lost(exc)

    def eof_received(self) -> None:
        if self.transport is not None:
            super().eof_received()
