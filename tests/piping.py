"""Bytes as a command finds them on its stdin."""

import os

from shellmate.request.stdin import Input, read_input


def read_piped(data: bytes) -> Input | None:
    """What is made of bytes that another process writes into a pipe."""
    reader, writer = os.pipe()
    pid = os.fork()
    if pid == 0:  # a writer of its own, since a pipe holds only so much
        os.close(reader)
        try:
            with os.fdopen(writer, "wb") as pipe:
                pipe.write(data)
        finally:
            os._exit(0)
    os.close(writer)
    with os.fdopen(reader, "rb") as stream:
        found = read_input(stream, lambda _: None)
    os.waitpid(pid, 0)
    return found
