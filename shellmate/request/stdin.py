"""Piped input, read within bounds of bytes and time; its head and tail are kept."""

import codecs
import os
import select
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import BinaryIO

from shellmate.core.errors import UsageError

HEAD, TAIL = 1200, 400  # characters: about 500 tokens, which take about three seconds to evaluate
LONGEST_LINE = 300
MOST_BYTES = 64 << 20
MOST_SECONDS = 60.0
HINT_SECONDS = 3.0
CHUNK = 1 << 16


@dataclass(frozen=True)
class Input:
    """`text` is what the model sees; `left_out` says in words what it does not, empty where that is nothing."""

    text: str
    left_out: str = ""


def read_input(stream: BinaryIO, say: Callable[[str], None]) -> Input | None:
    """What was piped in, or None where that is empty. Raises UsageError for binary input."""
    head, tail, total, cut = _read_bounded(stream, say)
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encoding = "utf-16-le" if head.startswith(codecs.BOM_UTF16_LE) else "utf-16-be"
        text, end = head.decode(encoding, "replace"), tail[total % 2 :].decode(encoding, "replace")
    elif b"\0" in head:
        raise UsageError("stdin is binary, and not text", "pipe in text")
    else:
        text, end = head.decode("utf-8", "replace"), tail.decode("utf-8", "replace")
    text = text.lstrip("\ufeff")
    if not text.strip():
        return None
    whole = total <= len(head)
    shown, left_out = _shorten(text.rstrip(), "" if whole else end.rstrip())
    if not whole:
        left_out = f"{total - len(head) - len(tail):,} of {total:,} bytes and more"
    return Input(shown, "; ".join(part for part in (left_out and f"left out {left_out}", cut) if part))


def _read_bounded(stream: BinaryIO, say: Callable[[str], None]) -> tuple[bytes, bytes, int, str]:
    """The first and the last bytes, how many there were, and why reading stopped before the end ("" at the end)."""
    head, tail, total = bytearray(), bytearray(), 0
    start, hinted = time.monotonic(), False
    while True:
        waited = time.monotonic() - start
        if waited > MOST_SECONDS:
            return bytes(head), bytes(tail), total, f"stopped reading stdin after {MOST_SECONDS:.0f} s"
        if not hinted and waited > HINT_SECONDS:
            hinted = True
            say(f"shellmate: still reading stdin ({total:,} bytes so far); close it, or give `< /dev/null`")
        if not _is_readable(stream, 0.5):
            continue
        chunk = os.read(stream.fileno(), CHUNK)
        if not chunk:
            return bytes(head), bytes(tail), total, ""
        total += len(chunk)
        head += chunk[: max(0, 8 * HEAD - len(head))]
        tail = (tail + chunk)[-8 * TAIL :] if total > 8 * HEAD else tail
        if total >= MOST_BYTES:
            return bytes(head), bytes(tail), total, f"stopped reading stdin after {MOST_BYTES >> 20} MiB"


def _is_readable(stream: BinaryIO, seconds: float) -> bool:
    return bool(select.select([stream], [], [], seconds)[0])


def _shorten(text: str, end: str) -> tuple[str, str]:
    """The lines that fit: those of the head, a mark, those of the tail; and what was left out, in words."""
    lines = [_cut(line) for line in text.splitlines()]
    if not end and sum(len(line) + 1 for line in lines) <= HEAD + TAIL:
        return "\n".join(lines), ""
    last_lines = [_cut(line) for line in end.splitlines()[1:]] if end else lines
    first, last = _fill(lines, HEAD), _fill(last_lines[::-1], TAIL)[::-1]
    if not end:
        last = last[max(0, len(first) + len(last) - len(lines)) :]
    left_out = f"{len(lines) - len(first) - len(last):,} of {len(lines):,} lines" if not end else ""
    return "\n".join([*first, "...", *last]), left_out


def _fill(lines: list[str], room: int) -> list[str]:
    """As many of the lines as fit, at least one."""
    kept: list[str] = []
    for line in lines:
        room -= len(line) + 1
        if room < 0 and kept:
            break
        kept.append(line)
    return kept


def _cut(line: str) -> str:
    return line if len(line) <= LONGEST_LINE else line[:LONGEST_LINE] + " ..."
