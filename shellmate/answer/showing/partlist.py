"""A command's parts as two columns: the part, and what it means with the source of that in brackets."""

from collections.abc import Iterator, Sequence

from shellmate.answer.showing.highlight import CYAN, FAINT, paint
from shellmate.answer.showing.layout import columns_of
from shellmate.answer.showing.sanitise import make_visible
from shellmate.request.command.part import Part

INDENT = 2  # columns for each command that a part is inside of
GAP = 2
NARROWEST = 20  # columns for the meanings; a narrower terminal wraps the lines itself
UNKNOWN = "unknown"


def list_parts(parts: Sequence[Part], columns: int | None, colours: bool) -> Iterator[str]:
    """The lines, each with its line feed, none wider than `columns` where that can be; with None none is wrapped."""
    texts = [" " * (INDENT * part.depth) + _on_one_line(part.text) for part in parts]
    widest = max((width_of(text) for text in texts), default=0)
    left = min(widest, columns // 3) if columns else widest
    room = max(columns - left - GAP, NARROWEST) if columns else 0
    for part, text in zip(parts, texts, strict=True):
        rows = _rows(part, room)
        head = text + " " * (left + GAP - width_of(text))
        if width_of(text) > left:
            yield _coloured(text, CYAN, colours) + "\n"
            head = " " * (left + GAP)
        for number, row in enumerate(rows):
            begin = _coloured(head, CYAN, colours) if not number and head.strip() else " " * (left + GAP)
            yield begin + _mark_faint(row, part, colours and number == len(rows) - 1) + "\n"


def width_of(text: str) -> int:
    """The most columns that a terminal may give to visible text."""
    return sum(columns_of(char, text[at + 1 : at + 2]) for at, char in enumerate(text))


def _on_one_line(text: str) -> str:
    return make_visible(text.replace("\n", r"\n").replace("\t", r"\t"))


def _mark(part: Part) -> str:
    return f"[{part.source or UNKNOWN}]"


def _rows(part: Part, room: int) -> list[str]:
    """The meaning and its mark in rows of at most `room` columns; in one row where that is 0."""
    words = [*_on_one_line(part.meaning).split(), _mark(part)]
    if not room:
        return [" ".join(words)]
    rows = [""]
    for word in words:
        for piece in _pieces(word, room):
            together = f"{rows[-1]} {piece}" if rows[-1] else piece
            if width_of(together) <= room:
                rows[-1] = together
            else:
                rows.append(piece)
    return rows


def _pieces(word: str, room: int) -> Iterator[str]:
    """A word in pieces that fit; Chinese has no blanks between its words."""
    piece = ""
    for char in word:
        if piece and width_of(piece + char) > room:
            yield piece
            piece = ""
        piece += char
    yield piece


def _mark_faint(row: str, part: Part, colours: bool) -> str:
    mark = _mark(part)
    if not colours or not row.endswith(mark):
        return row
    return row.removesuffix(mark) + _coloured(mark, FAINT, True)


def _coloured(text: str, colour: str, colours: bool) -> str:
    if not colours:
        return text
    body = text.rstrip(" ")
    return paint((char, colour) for char in body) + text[len(body) :]
