"""What is in a column: its type, an example, and the cells that do not fit."""

import itertools
import re
from dataclasses import dataclass

from shellmate.request.digests.fitting import cut, join_fitting
from shellmate.request.digests.values import few_values, list_values

EMPTY = {"", "na", "n/a", "nan", "null", "none", "-", "?"}
SHARE = 0.9  # so many of a column's cells make its type; the others are odd
EXAMPLE = 24
DECIMAL_COMMA, THOUSANDS_COMMAS = "float with a decimal comma", "number with thousands commas"
TYPES = {
    "bool": re.compile(r"(?i:true|false|yes|no)"),
    "int": re.compile(r"[-+]?(?:0|[1-9]\d*)"),
    "hexadecimal": re.compile(r"0[xX][\da-fA-F]+"),
    "float": re.compile(r"[-+]?(?:(?:0|[1-9]\d*)(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?"),
    DECIMAL_COMMA: re.compile(r"[-+]?\d+,\d+"),
    THOUSANDS_COMMAS: re.compile(r"[-+]?\d{1,3}(?:,\d{3})+(?:\.\d+)?"),
    "date": re.compile(r"\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.](?:\d{4}|\d\d)"),
    "date and time": re.compile(r"\d{4}[-/.]\d{1,2}[-/.]\d{1,2}[T ]\d{1,2}:\d\d.*|\d{1,2}/\d{1,2}/\d{2,4} \d{1,2}:.*"),
    "time": re.compile(r"\d{1,2}:\d\d(?::\d\d(?:\.\d+)?)?"),
}
INT = re.compile(r"\d+")
NUMERIC = {"int", "float"}
DATES = {"date", "date and time"}


@dataclass(frozen=True)
class Column:
    """`example` is a cell as it is written; `odd` is one that the type does not fit, if any does not; `empties` are the
    ways in which `empty` cells are written; `values` are those of a text or bool column, where they are few."""

    label: str
    type: str
    example: str
    empty: int = 0
    odd_count: int = 0
    odd: str = ""
    empties: frozenset[str] = frozenset()
    values: tuple[str, ...] = ()

    @classmethod
    def of(cls, index: int, name: str, cells: list[str]) -> "Column":
        """The column of these cells; without a name its number, from 1, stands for it."""
        filled = [cell.strip() for cell in cells if cell.strip().lower() not in EMPTY]
        empties = frozenset(cell for cell in cells if cell.strip().lower() in EMPTY)
        kind = find_type(filled)
        odd = [cell for cell in filled if not _fits(cell, kind)]
        example = next((cell for cell in filled if _fits(cell, kind)), "")
        return cls(
            _label(name) or str(index + 1),
            kind,
            example,
            len(cells) - len(filled),
            len(odd),
            next(iter(odd), ""),
            empties,
            few_values(filled) if kind in ("text", "bool") else (),
        )

    def describe(self, with_values: bool = True) -> str:
        """`price (float, 12.5)`; `city (text, "Oslo" or "Rome")`."""
        example = cut(self.example, EXAMPLE)
        words = [self.type]
        if with_values and self.values and self.type == "text":
            words.append(list_values(self.values))
        elif self.example:
            words.append(f'"{example}"' if self.type == "text" else example)
        if self.empty:
            words.append(f"{self.empty} empty")
        if self.odd_count:
            words.append(f'{self.odd_count} odd such as "{cut(self.odd, EXAMPLE)}"')
        return f"{cut(self.label, 80)} ({', '.join(words)})"


def find_type(cells: list[str]) -> str:
    """The narrowest type that nearly all cells have; text where none does, empty without cells."""
    if not cells:
        return "empty"
    kinds = list(TYPES)
    if any("." in cell for cell in cells):
        kinds.remove("int")  # whole numbers among others are floats that happen to be whole
    return next((kind for kind in kinds if sum(_fits(c, kind) for c in cells) >= SHARE * len(cells)), "text")


def has_header(rows: list[list[str]]) -> bool:
    """Whether the first row names the columns: its cells are unlike those below them."""
    if not rows or (any(not cell.strip() for cell in rows[0][1:]) and len(rows[0]) < 3):
        return False
    first, below = [cell.strip() for cell in rows[0]], rows[1:]
    if all(find_type([cell]) != "text" for cell in first):
        return False
    numbers = [int(cell[:9]) for cell in first if INT.fullmatch(cell)]
    # Years and the like name columns, though the cells below are numbers as well.
    counts_on = len(numbers) > 2 and all(b - a == 1 for a, b in itertools.pairwise(numbers))
    votes = 0
    for n, name in enumerate(first):
        cells = [row[n].strip() for row in below if n < len(row) and row[n].strip().lower() not in EMPTY]
        kind = find_type(cells)
        if kind in ("text", "empty"):
            votes -= name in cells
        elif not (counts_on and INT.fullmatch(name)):
            votes += 1 if find_type([name]) == "text" else -2 if kind not in NUMERIC else -1
    if votes or counts_on:
        return votes >= 0
    return len(set(first)) == len(first) and all(find_type([name]) in ("text", "empty") for name in first)


def describe_columns(columns: list[Column], room: int) -> tuple[str, int]:
    """One line, `columns: date (date, 2024-01-05), ...`, and how many are in it; names alone where room is short."""
    whole, shown = join_fitting([column.describe() for column in columns], room)
    if shown < len(columns):
        whole, shown = join_fitting([column.describe(with_values=False) for column in columns], room)
    if shown < len(columns):
        short = [f"{cut(column.label, 40)} ({column.type})" for column in columns]
        whole, shown = join_fitting(short, room, "and {} more columns")
    return f"columns: {whole}", shown


def _fits(cell: str, kind: str) -> bool:
    return kind in ("text", "empty") or TYPES[kind].fullmatch(cell) is not None


def _label(name: str) -> str:
    """A name as it must be written; in quotes where blanks at its ends or line ends would be overlooked."""
    return name if name == name.strip() and "\n" not in name else repr(name)
