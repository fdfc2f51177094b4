"""What ls, ps, df, docker and the like print: columns aligned with blanks."""

import re

from shellmate.request.digests.digest import BlockDigester, Digest
from shellmate.request.digests.fields import query_fields
from shellmate.request.digests.fitting import cut, fill, first_lines, last_lines, number

LS = re.compile(r"^[-dlbcps][-rwxsStT]{9}[.+@]? +\d+ ")
LS_COLUMNS = ("mode", "links", "owner", "group", "size", "month", "day", "time or year", "name")
LS_ISO_COLUMNS = (*LS_COLUMNS[:5], "date", "time", "name")
LS_FULL_COLUMNS = (*LS_COLUMNS[:5], "date", "time", "zone", "name")
HEADING = re.compile(r"(?:[A-Za-z%#]|\d+[KMG]?-)[\w%#()./:-]*")  # df has 1K-blocks
NUMBER = re.compile(r"[-+]?[\d.]+(?:[eE][-+]?\d+)?|NA|nan|NaN")
WIDE = re.compile(r" {2,}|\t+")
SAMPLED, LEAST_SHARE = 40, 0.8
SHOWN = 6
QUERIED = 300  # lines that must have as many fields as the table has


def find_columns(lines: list[str]) -> tuple[tuple[str, ...], bool] | None:
    """The columns' names and whether a line of the input has them; None where the lines are no such table."""
    lines = [line for line in lines[:SAMPLED] if line.strip()]
    if lines and re.fullmatch(r"total [\d.,]+[KMGT]?", lines[0]):
        lines = lines[1:]
    if lines and sum(LS.match(line) is not None for line in lines) >= LEAST_SHARE * len(lines):
        iso = re.search(r" \d{4}-\d\d-\d\d \d\d:\d\d(:[\d.]+ [-+]\d{4})? ", lines[0])
        return (LS_COLUMNS if not iso else LS_FULL_COLUMNS if iso.group(1) else LS_ISO_COLUMNS), False
    if len(lines) < 2 or "\t" in lines[0].strip():
        return None
    headings, below = _headings(lines[0]), lines[1:]
    numeric = _are_numbers(below)
    if numeric and _are_numbers(lines):
        return tuple(str(n) for n in range(1, len(headings) + 1)), False
    if len(headings) < 2 or not all(HEADING.fullmatch(word.replace(" ", "")) for word in headings):
        return None
    shouting = sum(word.upper() == word for word in headings)
    capital = sum(word[:1].isupper() and word.upper() != word for word in headings)
    if (shouting + capital) * 2 < len(headings) and not numeric:
        return None
    aligned = sum(_is_aligned(lines[0], headings, line) for line in below)
    return (tuple(headings), True) if aligned >= LEAST_SHARE * len(below) else None


class TableDigester(BlockDigester):
    """Columns with the numbers that awk gives them; the first lines and the last."""

    def describe(self) -> Digest:
        lines = first_lines(self.head, SAMPLED)
        columns, header = find_columns(lines) or ((), False)
        by_blanks = all(" " not in name for name in columns[:-1] if header)
        rows = self.lines - header - (bool(lines) and lines[0].startswith("total "))
        facts = f"table of columns aligned with blanks, {'header' if header else 'no header'}, {number(rows, 'row')}"
        named = ", ".join(f"{n} {name}" for n, name in enumerate(columns, 1))
        title = "columns, numbered as awk's fields" if by_blanks else "columns, two blanks or more between them"
        head = [facts, cut(f"{title}: {named}", self.budget // 3)]
        room = self.budget - sum(len(line) + 1 for line in head) - 4
        width = max(40, room // (SHOWN + 2))
        first = fill((line.rstrip() for line in lines[: SHOWN + header]), room, width)
        last = []
        if self.lines > len(first):
            left = room - sum(len(line) + 1 for line in first)
            last = fill([line.rstrip() for line in last_lines(self.tail, 1)], left, width)
        shown = len(first) + len(last)
        left_out = f"{self.lines - shown:,} of {number(self.lines, 'line')}" if self.lines > shown else ""
        between = ["..."] if left_out else []
        query = query_fields(columns, header, first_lines(self.head, QUERIED)) if columns and by_blanks else None
        names = columns if header else ()
        return Digest("table", "\n".join([*head, *first, *between, *last]), names, left_out, query=query)


def _are_numbers(lines: list[str]) -> bool:
    """Whether every line has the same number of fields, two or more, and nearly all of them are numbers."""
    rows = [line.split() for line in lines]
    fields = [field for row in rows for field in row]
    if len({len(row) for row in rows}) != 1 or len(rows[0]) < 2:
        return False
    return sum(NUMBER.fullmatch(field) is not None for field in fields) >= LEAST_SHARE * len(fields)


def _headings(line: str) -> list[str]:
    """The words of a header; where two blanks divide it, a name may have blanks in it, as in `CONTAINER ID`."""
    line = line.replace("Mounted on", "Mounted_on").strip()
    wide = [word for word in WIDE.split(line) if word]
    words = line.split()
    has_inner = any(" " in word for word in wide)
    chosen = wide if has_inner and len(wide) >= 4 and len(words) - len(wide) <= 2 else words
    return [word.replace("Mounted_on", "Mounted on").strip("\"'") for word in chosen]


def _is_aligned(header: str, headings: list[str], line: str) -> bool:
    """Whether a line has as many fields, the last of which may have blanks in it, and lies below its header."""
    fields = WIDE.split(line.strip()) if any(" " in h for h in headings[:-1]) else line.split()
    if len(fields) < max(2, len(headings) - 1):
        return False
    if len(fields) > len(headings) * 2 + 6 and len(headings) < 4:
        return False
    second = header.find(headings[1], len(headings[0]))
    around = line[max(0, second - 12) : second + len(headings[1]) + 12]
    return " " in around or "\t" in around
