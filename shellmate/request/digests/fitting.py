"""Making text fit: lines cut to a width, and as many of them as there is room for."""

from collections.abc import Iterable

LONGEST_LINE = 300
MARK = " ..."


def decode(raw: bytes) -> str:
    """UTF-8 as text; what is none becomes U+FFFD."""
    return raw.decode("utf-8", "replace")


def first_lines(raw: bytes, count: int, width: int = 1 << 16) -> list[str]:
    """The first `count` lines without their ends, each of at most `width` bytes, decoded."""
    lines: list[str] = []
    start = 0
    while start < len(raw) and len(lines) < count:
        end = raw.find(b"\n", start)
        end = len(raw) if end < 0 else end
        lines.append(decode(raw[start : min(end, start + width)]))
        start = end + 1
    return lines


def last_lines(raw: bytes, count: int, width: int = 1 << 16) -> list[str]:
    """The last `count` lines, as `first_lines` gives the first; a final line end begins no line."""
    lines: list[str] = []
    end = len(raw) - raw.endswith(b"\n")
    while end >= 0 and len(lines) < count and raw:
        start = raw.rfind(b"\n", 0, end) + 1
        lines.append(decode(raw[start : min(end, start + width)]))
        end = start - 1
    return lines[::-1]


def cut(line: str, width: int = LONGEST_LINE) -> str:
    """The line, with a mark in place of what is beyond `width` characters."""
    return line if len(line) <= width else line[: max(0, width - len(MARK))] + MARK


def fill(lines: Iterable[str], room: int, width: int = LONGEST_LINE) -> list[str]:
    """As many of the lines, each cut to a width, as fit into `room` characters with their line ends."""
    kept: list[str] = []
    for line in lines:
        line = cut(line, width)
        room -= len(line) + 1
        if room < 0:
            break
        kept.append(line)
    return kept


def join_fitting(words: list[str], room: int, more: str = "and {} more") -> tuple[str, int]:
    """The words with commas, as many as fit into `room` characters; and how many that were."""
    whole = ", ".join(words)
    if len(whole) <= room:
        return whole, len(words)
    room -= len(more) + 8
    kept: list[str] = []
    for word in words:
        room -= len(word) + 2
        if room < 0:
            break
        kept.append(word)
    return ", ".join([*kept, more.format(f"{len(words) - len(kept):,}")]), len(kept)


def number(count: int, noun: str) -> str:
    """A count with its noun, which gets an s unless it is one: `1 row`, `1,234 rows`."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"
