"""Which delimiter a text has, if any, and its first rows.

The csv module's Sniffer is not asked: it takes letters for delimiters and finds none in many real files.
"""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from shellmate.request.digests.fitting import decode

DELIMITERS = ",\t;|:"
LEAST_COLONS = 4  # in every line: fewer are those of prose, YAML or addresses
SCORED_ROWS = 100
SCORED_BYTES = 1 << 17
MOST_COLUMNS = 50_000
RAGGED_SHARE = 0.81
NUMBER = re.compile(r"0x[\da-fA-F]+|[-+$€£]?[\d.,]+(?:[eE][-+]?\d+)?%?|(?i:na|nan|null|none|true|false)?")


@dataclass(frozen=True)
class Dialect:
    """`skipped` comment lines of `skipped_bytes` stand in front."""

    delimiter: str
    skipped: int = 0
    skipped_bytes: int = 0


def find_dialect(head: bytes) -> Dialect | None:
    """The dialect of text that begins like this; None where it is no table."""
    skipped, skipped_bytes = _skip_comments(head)
    best, best_score = None, 0.0
    for delimiter in DELIMITERS:
        if delimiter.encode() not in head[:SCORED_BYTES]:
            continue
        dialect = Dialect(delimiter, skipped, skipped_bytes)
        score = _score(dialect, head)
        if score > best_score:
            best, best_score = dialect, score
    return best


def read_rows(head: bytes, dialect: Dialect, most: int, is_whole: bool) -> tuple[list[list[str]], list[str]]:
    """The first rows that are not empty, as cells and as written; a row that the head cuts is left out."""
    text = decode(head[dialect.skipped_bytes :][: SCORED_BYTES * 4])
    is_whole = is_whole and len(head) - dialect.skipped_bytes <= SCORED_BYTES * 4
    written: list[str] = []
    rows: list[list[str]] = []
    raw: list[str] = []

    def lines() -> Iterator[str]:
        for line in io.StringIO(text, newline="\n"):
            written.append(line)
            yield line

    reader = csv.reader(lines(), delimiter=dialect.delimiter)
    try:
        for row in reader:
            source = "".join(written)
            written.clear()
            if row and (is_whole or source.endswith("\n") or not rows):
                rows.append(row[:MOST_COLUMNS])
                raw.append(source.rstrip("\n"))
            if len(rows) >= most:
                return rows, raw
    except csv.Error:  # a field beyond the module's limit, as behind a stray quote
        return rows, raw
    if rows and not is_whole and len(rows) > 1 and not text.endswith("\n"):
        rows.pop()
        raw.pop()
    return rows, raw


def _skip_comments(head: bytes) -> tuple[int, int]:
    """How many lines in front begin with `#` and how many bytes they have, but for one that is a header: its fields are
    as many as those of the line behind it."""
    count = position = last = 0
    while head[position : position + 1] == b"#":
        end = head.find(b"\n", position)
        if end < 0:
            return 0, 0
        count, last, position = count + 1, position, end + 1
    if not count:
        return 0, 0
    header, first = head[last:position].rstrip(b"\n"), head[position:].split(b"\n", 1)[0]
    if any(first.count(mark) and header.count(mark) == first.count(mark) for mark in map(str.encode, DELIMITERS)):
        return count - 1, last
    return count, position


def _score(dialect: Dialect, head: bytes) -> float:
    """0 for no table, else above 0: how many rows agree on the number of fields, then how many fields."""
    rows, _ = read_rows(head[: SCORED_BYTES + dialect.skipped_bytes], dialect, SCORED_ROWS, is_whole=True)
    if len(rows) > 2 and len(rows) < SCORED_ROWS:
        rows = rows[:-1]  # the last one may be cut, or a total
    if not rows:
        return 0
    widths = Counter(len(row) for row in rows)
    width, agreeing = max(widths.items(), key=lambda item: (item[1], item[0]))
    share = agreeing / len(rows)
    if share < RAGGED_SHARE and _is_ragged(rows):
        width, share = len(rows[0]), RAGGED_SHARE
    elif width < 2 or share < (0.8 if len(rows) > 4 else 1):
        return 0
    cells = [cell for row in rows for cell in row[1:]]
    if dialect.delimiter == ":" and (width <= LEAST_COLONS or share < 1):
        return 0
    if dialect.delimiter != "\t" and _is_prose(cells, len(rows), width):
        return 0
    return share * 10 + min(width, 50) / 50


def _is_ragged(rows: list[list[str]]) -> bool:
    """Whether rows leave out their last cells, as some tables do: few are longer than the header or much shorter."""
    width = len(rows[0])
    return len(rows) > 3 and width > 3 and sum(width // 2 <= len(row) <= width for row in rows) >= 0.9 * len(rows)


def _is_prose(cells: list[str], rows: int, width: int) -> bool:
    """Whether the commas are those of sentences or code: a blank behind most, and no numbers there."""
    wordy = sum(cell[:1] == " " and not NUMBER.fullmatch(cell.strip()) for cell in cells)
    # A name may end with a dot, such as `Air Inc.`, and in a sentence a blank is behind the comma.
    marks = (".", ";", "{", "}", ":", "(") if wordy or rows < 4 else (";", "{", "}", ":", "(")
    ends = sum(cell.rstrip()[-1:] in marks for cell in cells)
    if not any(cells):
        return True
    if rows == 1:
        return wordy > 0 or ends > 0 or width < 3
    return wordy * 2 > len(cells) or ends * 3 > len(cells)
