"""How text falls into a terminal's rows, so that it can be taken back row by row."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from shellmate.answer.showing.highlight import paint
from shellmate.answer.showing.sanitise import EMOJI_STYLE, TEXT_STYLE, ZERO_WIDTH_JOINER

TAB = 8


@dataclass(frozen=True)
class Row:
    """One row of the screen: what to write, how many columns that takes, where in the code the row ends."""

    text: str
    columns: int
    end: int


class _Rows:
    def __init__(self, width: int, start: int) -> None:
        self.rows: list[Row] = []
        self.cells: list[tuple[str, str]] = []
        self.column = 0
        self.width = width
        self.placed = start

    def put(self, text: str, colour: str, columns: int) -> None:
        if self.column + columns > self.width and self.column:
            self.end_row()
        self.cells.append((text, colour))
        self.column += columns

    def end_row(self) -> None:
        self.rows.append(Row(paint(self.cells), self.column, self.placed))
        self.cells, self.column = [], 0


def lay_out(shown: Sequence[str], colours: Sequence[str], start: int, width: int) -> list[Row]:
    """The rows of a code's characters from `start` on, written from the first column on.

    `shown` has for each character what a terminal shows for it, `colours` its SGR code. No row is wider than
    the screen, so that the terminal itself never wraps; where terminals disagree about a character's width it
    counts as the wider one. Tabs become blanks. There is always a last row, empty behind a line feed.
    """
    rows = _Rows(width, start)
    for at in range(start, len(shown)):
        text, colour = shown[at], colours[at]
        if text == "\n":
            rows.placed = at + 1
            rows.end_row()
            continue
        if text == "\t":
            blanks = min(TAB - rows.column % TAB, max(width - 1 - rows.column, 0))
            rows.put(" " * blanks, colour, blanks)
        elif len(text) > 1 and len(text) <= width:
            rows.put(text, colour, len(text))  # an escape is not divided between rows
        else:
            follower = shown[at + 1] if at + 1 < len(shown) else ""
            for char in text:
                rows.put(char, colour, columns_of(char, follower))
        rows.placed = at + 1
    rows.end_row()
    return rows.rows


def columns_of(char: str, follower: str = "") -> int:
    """The most columns that a terminal may give to a visible character in front of `follower`."""
    if char.isascii():
        return 1
    if char in (EMOJI_STYLE, TEXT_STYLE, ZERO_WIDTH_JOINER):
        return 0
    from wcwidth import wcwidth  # its tables take 20 ms to load, which most code does not need

    columns = max(wcwidth(char), 0)
    may_be_wide = follower == EMOJI_STYLE or unicodedata.east_asian_width(char) == "A"
    return 2 if columns == 1 and may_be_wide else columns
