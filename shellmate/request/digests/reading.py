"""Python that reads all of an input, as a snippet begins: what the digest knows, a small model need not get right."""

import re
from collections.abc import Iterator, Sequence

from shellmate.request.digests.columns import DECIMAL_COMMA, NUMERIC, THOUSANDS_COMMAS, Column
from shellmate.request.digests.delimiters import Dialect

MOST_NUMBERS = 8  # columns that are turned into numbers; a snippet should not begin with a list of a hundred
IDENTIFIER = re.compile(r"(?i)(.*[ _-])?(id|nr|no|code|zip|phone)")  # numbers that nobody computes with
LEADING_ZERO = re.compile(r"[-+]?0\d")
JSON_LINES = "[json.loads(line) for line in sys.stdin if line.strip()]"


def read_delimited(dialect: Dialect, names: Sequence[str], columns: Sequence[Column], is_clean: bool) -> str:
    """`rows`, as dicts by the header's names, or as lists without. What is a number is one, None where it is empty;
    `is_clean` says that every row was seen and has a cell for each name, so that whole numbers may be ints."""
    lines, source = open_delimited(dialect)
    lines.append(
        f"rows = list(csv.DictReader({source}))" if names else f"rows = [row for row in csv.reader({source}) if row]"
    )
    function: list[str] = []
    found, replaced = find_numbers(columns)
    numbers = [n for n in found if not IDENTIFIER.fullmatch(columns[n].label)]
    if len(set(names)) == len(names) and 0 < len(numbers) <= MOST_NUMBERS:
        mixed = not is_clean or bool(replaced) or has_odd_cells(columns, numbers)
        function = number_function(replaced) if mixed else []
        lines += ["for row in rows:", *_conversions(numbers, columns, names, mixed)]
    return "\n".join(["import csv", "import sys", "", *function, *lines]) + "\n"


def open_delimited(dialect: Dialect) -> tuple[list[str], str]:
    """The lines that pass over comments, and what a reader of the csv module is to be called with."""
    delimiter = "" if dialect.delimiter == "," else f", delimiter={quote(dialect.delimiter)}"
    comments = [f"for _ in range({dialect.skipped}):", "    next(sys.stdin)  # a comment"] if dialect.skipped else []
    return comments, f"sys.stdin{delimiter}"


def find_numbers(columns: Sequence[Column]) -> tuple[list[int], str]:
    """Which columns are numbers, and what has to be replaced in them; never those with leading zeros."""
    decimal = any(column.type == DECIMAL_COMMA for column in columns)
    kinds = {*NUMERIC, DECIMAL_COMMA if decimal else THOUSANDS_COMMAS}
    numbers = [n for n, c in enumerate(columns) if c.type in kinds and not LEADING_ZERO.match(c.odd)]
    thousands = any(columns[n].type == THOUSANDS_COMMAS for n in numbers)
    return numbers, '.replace(",", ".")' if decimal else '.replace(",", "")' if thousands else ""


def has_odd_cells(columns: Sequence[Column], numbers: Sequence[int]) -> bool:
    """Whether there are cells in these columns that are neither numbers nor nothing."""
    return any(columns[n].odd_count or columns[n].empties - {""} for n in numbers)


def number_function(replaced: str) -> list[str]:
    """Lines that define `number`, which is None for what is none."""
    return [
        "",
        "def number(text):",
        "    try:",
        f"        return float(text{replaced})",
        "    except (AttributeError, TypeError, ValueError):",
        "        return None",
        "",
        "",
    ]


def _conversions(numbers: Sequence[int], columns: Sequence[Column], names: Sequence[str], mixed: bool) -> Iterator[str]:
    for kind in ("int", "float"):
        group = [n for n in numbers if (columns[n].type == "int" and not mixed) == (kind == "int")]
        keys = [quote(names[n]) if names else str(n) for n in group]
        inner = keys[0] if len(keys) == 1 else "name"
        cell = f"number(row[{inner}])" if mixed else f"{kind}(row[{inner}])"
        if not mixed and any(columns[n].empty for n in group):
            cell += f" if row[{inner}] else None"
        if len(keys) > 1:
            yield f"    for name in ({', '.join(keys)}):"
            yield f"        row[name] = {cell}"
        elif keys:
            yield f"    row[{inner}] = {cell}"


def read_json(rows_under: str | None) -> str:
    """`rows`, as `rows_of_json` has them, or `data` with None."""
    rows = "data = json.load(sys.stdin)" if rows_under is None else f"rows = {rows_of_json(rows_under)}"
    return f"import json\nimport sys\n\n{rows}\n"


def rows_of_json(under: str) -> str:
    """The array under a key of the object that the input is, or the input itself where that is ""."""
    return f"json.load(sys.stdin){f'[{quote(under)}]' if under else ''}"


def read_json_lines() -> str:
    """`rows`, a value for each line."""
    return f"import json\nimport sys\n\nrows = {JSON_LINES}\n"


def in_encoding(code: str, encoding: str) -> str:
    """The same where stdin is not plain UTF-8."""
    return code.replace("\n\n", f'\n\nsys.stdin.reconfigure(encoding={quote(encoding)}, errors="replace")\n', 1)


def quote(text: str) -> str:
    """A Python literal in double quotes, as code is mostly written."""
    literal = repr(text)
    return f'"{literal[1:-1]}"' if literal.startswith("'") and '"' not in literal else literal
