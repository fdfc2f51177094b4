"""Bytes as a command finds them on its stdin."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO

from shellmate.request.digests.choice import choose_digester
from shellmate.request.digests.digest import Digest
from shellmate.request.stdin import Input, read_input


@contextmanager
def piped(data: bytes) -> Iterator[BinaryIO]:
    """The end of a pipe into which another process writes, since a pipe holds only so much."""
    reader, writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(reader)
        try:
            with os.fdopen(writer, "wb") as pipe:
                pipe.write(data)
        finally:
            os._exit(0)
    os.close(writer)
    try:
        with os.fdopen(reader, "rb") as stream:
            yield stream
    finally:
        os.waitpid(pid, 0)


def read_piped(data: bytes) -> Input | None:
    """What is made of bytes that come through a pipe."""
    with piped(data) as stream:
        return read_input(stream, lambda _: None)


def digest(text: str, budget: int = 1600) -> Digest:
    """The digest of a text of whatever kind it is."""
    digester = choose_digester(text.encode())(budget)
    digester.feed(text.encode())
    return digester.finish()
