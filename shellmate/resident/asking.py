"""What a resident engine suggests, for who goes on with other things meanwhile."""

import asyncio
from pathlib import Path

from shellmate.resident import wire
from shellmate.resident.unixhttp import write_request

_SECONDS = 5.0  # for all of it


async def ask_suggestion(socket: Path, typed: str, in_words: bool) -> str:
    """The probable end of a command, or of a request in words; nothing where that is not sure or nobody answers.
    Cancelling it ends the work at the other side."""
    path = wire.SUGGEST_WORDS if in_words else wire.SUGGEST
    try:
        async with asyncio.timeout(_SECONDS):
            reader, writer = await asyncio.open_unix_connection(str(socket))
            try:
                writer.write(write_request("POST", path, typed.encode("utf-8", "replace")))
                answer = await reader.read()
            finally:
                writer.close()
    except OSError:  # TimeoutError is one
        return ""
    head, _, body = answer.decode("utf-8", "replace").partition("\r\n\r\n")
    return body if head.split(" ")[1:2] == ["200"] else ""
