"""Python that reads all of an input, as a snippet begins: what the digest knows, a small model need not get right."""

import re
from collections.abc import Iterator, Sequence

from shellmate.request.columns import NUMERIC, Column
from shellmate.request.delimiters import Dialect

MOST_NUMBERS = 8  # columns that are turned into numbers; a snippet should not begin with a list of a hundred
IDENTIFIER = re.compile(r"(?i)(.*[ _-])?(id|nr|no|code|zip|phone)")  # numbers that nobody computes with
NUMBER = """
def number(text):
    try:
        return float(text)
    except ValueError:
        return None
"""


def read_delimited(dialect: Dialect, names: Sequence[str], columns: Sequence[Column], is_clean: bool) -> str:
    """`rows`, as dicts by the header's names, or as lists without. What is a number is one, None where it is empty;
    `is_clean` says that every row was seen and has a cell for each name, so that whole numbers may be ints."""
    lines = []
    if dialect.skipped:
        lines += [f"for _ in range({dialect.skipped}):", "    next(sys.stdin)  # a comment"]
    delimiter = "" if dialect.delimiter == "," else f", delimiter={quote(dialect.delimiter)}"
    lines.append(
        f"rows = list(csv.DictReader(sys.stdin{delimiter}))"
        if names
        else f"rows = [row for row in csv.reader(sys.stdin{delimiter}) if row]"
    )
    begin = "import csv\nimport sys\n"
    if len(set(names)) == len(names):
        numbers = [(n, c) for n, c in enumerate(columns) if c.type in NUMERIC and not IDENTIFIER.fullmatch(c.label)]
        if 0 < len(numbers) <= MOST_NUMBERS:
            mixed = not is_clean or any(column.odd_count or column.empties - {""} for _, column in numbers)
            begin += NUMBER + "\n" if mixed else ""
            lines += ["for row in rows:", *_conversions(numbers, names, mixed)]
    return begin + "\n" + "\n".join(lines) + "\n"


def _conversions(numbers: Sequence[tuple[int, Column]], names: Sequence[str], mixed: bool) -> Iterator[str]:
    for kind in ("int", "float"):
        group = [(n, c) for n, c in numbers if (c.type == "int" and not mixed) == (kind == "int")]
        keys = [quote(names[n]) if names else str(n) for n, _ in group]
        inner = keys[0] if len(keys) == 1 else "name"
        cell = f"number(row[{inner}])" if mixed else f"{kind}(row[{inner}])"
        if not mixed and any(column.empty for _, column in group):
            cell += f" if row[{inner}] else None"
        if len(keys) > 1:
            yield f"    for name in ({', '.join(keys)}):"
            yield f"        row[name] = {cell}"
        elif keys:
            yield f"    row[{inner}] = {cell}"


def read_json(rows_under: str | None) -> str:
    """`rows`, which is the array under a key of the object that the input is, or the input itself where that is "";
    `data` with None."""
    if rows_under is None:
        return "import json\nimport sys\n\ndata = json.load(sys.stdin)\n"
    key = f"[{quote(rows_under)}]" if rows_under else ""
    return f"import json\nimport sys\n\nrows = json.load(sys.stdin){key}\n"


def read_json_lines() -> str:
    """`rows`, a value for each line."""
    return "import json\nimport sys\n\nrows = [json.loads(line) for line in sys.stdin if line.strip()]\n"


def in_encoding(code: str, encoding: str) -> str:
    """The same where stdin is not plain UTF-8."""
    return code.replace("\n\n", f'\n\nsys.stdin.reconfigure(encoding={quote(encoding)}, errors="replace")\n', 1)


def quote(text: str) -> str:
    """A Python literal in double quotes, as code is mostly written."""
    literal = repr(text)
    return f'"{literal[1:-1]}"' if literal.startswith("'") and '"' not in literal else literal
