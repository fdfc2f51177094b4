"""Piped input: read once, within bounds of bytes and time, and digested while it comes."""

import os
import select
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import BinaryIO

from shellmate.core.errors import UsageError
from shellmate.request.digests.digest import BUDGET, Query

HEAD = 1 << 18  # what the kind of input is told by
CHUNK = 1 << 20
HINT_SECONDS = 3.0
SLOW_SECONDS = 10.0  # for less than a chunk, as from a pipe that gives a line now and then
LEAP_SECONDS = 2.0  # the most that one step counts for: longer takes only what was stopped, or asleep, meanwhile


@dataclass(frozen=True)
class Input:
    """What a Request carries of the piped input.

    `text` is what the model sees; `left_out` says in words what it does not, empty where that is nothing; `kind` and
    `names` are those of the Digest, and so are `reading` and `query`.
    """

    text: str
    left_out: str = ""
    kind: str = "text"
    names: tuple[str, ...] = ()
    reading: str = ""
    query: Query | None = None


@dataclass(frozen=True)
class Bounds:
    """Where reading ends though the pipe does not; a fast pipe of several GB is within them. `spooled` is the most
    bytes that are kept for a snippet."""

    bytes: int = 8 << 30
    seconds: float = 60.0
    spooled: int = 1 << 30


def read_input(
    stream: BinaryIO,
    say: Callable[[str], None],
    budget: int = BUDGET,
    bounds: Bounds | None = None,
    spool: BinaryIO | None = None,
    words: str = "",
) -> Input | None:
    """What was piped in, or None where that is empty or blank. Raises UsageError for binary input.

    `say` gets a line where the pipe is quiet for long; `budget` is the most characters of `Input.text`; `spool` gets
    the very bytes. Values that the `words` of a question name are sought in all of a table.
    """
    reader = _Reader(stream, say, bounds or Bounds(), spool)
    head, chunks = _take_head(reader.chunks())
    if len(head) < HEAD and not head.strip():
        if reader.stopped:
            say(f"shellmate: stdin: {reader.stopped}")
        return None
    return _digest(head, chunks, reader, budget, words)


def _digest(head: bytes, chunks: Iterator[bytes], reader: "_Reader", budget: int, words: str) -> Input | None:
    # Only where something is piped in are the digests loaded.
    from shellmate.request.binary import refuse_binary
    from shellmate.request.digests.choice import choose_digester
    from shellmate.request.digests.reading import in_encoding
    from shellmate.request.encoding import Transcoder, codec_of, find_encoding, is_utf8

    encoding, mark = find_encoding(head)
    if not encoding.startswith(("utf-16", "utf-32")):
        refuse_binary(head)
    transcoder = Transcoder(encoding, mark, lone_returns=b"\n" not in head and head.count(b"\r") > 1)
    begin = transcoder.convert(head)
    ending = transcoder.convert(b"", final=True) if reader.ended else b""
    if not (begin + ending).strip() and len(head) < HEAD:
        return None
    note = "" if encoding == "utf-8" else f"encoding {encoding}\n"
    digester = choose_digester(begin + ending)(max(0, budget - len(note)))
    digester.seek(words)
    digester.feed(begin + ending)
    for chunk in chunks:
        digester.feed(transcoder.convert(chunk))
    if not ending:
        digester.feed(transcoder.convert(b"", final=True))
    digest = digester.finish()
    untold = digest.left_out and f"the model is not told of {digest.left_out}"
    left_out = "; ".join(part for part in (untold, reader.stopped) if part)
    reading, query = digest.reading, digest.query
    if mark or encoding != "utf-8" or not is_utf8(head):
        codec = codec_of(encoding, mark)
        reading, query = in_encoding(reading, codec), query and replace(query, before=in_encoding(query.before, codec))
    # Half a surrogate pair, which JSON can spell, is no text that could be written anywhere.
    text = (note + digest.text)[:budget].encode("utf-8", "replace").decode()
    return Input(text, left_out, digest.kind, digest.names, reading, query)


def _take_head(chunks: Iterator[bytes]) -> tuple[bytes, Iterator[bytes]]:
    pieces, size = [], 0
    for chunk in chunks:
        pieces.append(chunk)
        size += len(chunk)
        if size >= HEAD:
            break
    return b"".join(pieces), chunks


class _Reader:
    """Chunks of a stream; `stopped` says why they ended before the stream did, and `ended` whether it did."""

    def __init__(self, stream: BinaryIO, say: Callable[[str], None], bounds: Bounds, spool: BinaryIO | None):
        self.stream, self.say, self.bounds, self.spool = stream, say, bounds, spool
        self.ended, self.stopped, self.total = False, "", 0

    def chunks(self) -> Iterator[bytes]:
        descriptor = self.stream.fileno()
        _widen(descriptor)
        last, spent, quiet, hinted = time.monotonic(), 0.0, 0.0, False
        while True:
            now = time.monotonic()
            step = min(now - last, LEAP_SECONDS)
            last, spent, quiet = now, spent + step, quiet + step
            if spent > self.bounds.seconds:
                self.stopped = f"stopped reading after {self.bounds.seconds:g} s and {self.total:,} bytes"
                return
            slow = spent > SLOW_SECONDS and self.total < CHUNK
            if not hinted and (slow or quiet > HINT_SECONDS):
                hinted = True
                self.say(
                    f"shellmate: still reading stdin ({self.total:,} bytes so far); close it, or give `< /dev/null`"
                )
            if not select.select([descriptor], [], [], min(0.5, self.bounds.seconds))[0]:
                continue
            chunk = os.read(descriptor, min(CHUNK, self.bounds.bytes - self.total))
            if not chunk:
                self.ended = True
                return
            quiet = 0.0
            self.total += len(chunk)
            if self.spool:
                if self.total > self.bounds.spooled:
                    raise UsageError(
                        f"stdin is larger than {_size(self.bounds.spooled)}, too much to keep for --run",
                        "save it to a file, and run the code on that",
                    )
                self.spool.write(chunk)
            yield chunk
            if self.total >= self.bounds.bytes:
                self.stopped = f"stopped reading after {_size(self.total)}"
                return


def _widen(descriptor: int) -> None:
    """Let a pipe hold a whole chunk, so that fewer reads are needed; where the system cannot, it stays as it is."""
    try:
        import fcntl

        fcntl.fcntl(descriptor, fcntl.F_SETPIPE_SZ, CHUNK)
    except (ImportError, AttributeError, OSError):
        pass


def _size(count: int) -> str:
    for unit, shift in (("GiB", 30), ("MiB", 20), ("KiB", 10)):
        if count >> shift:
            return f"{count >> shift} {unit}"
    return f"{count} bytes"
