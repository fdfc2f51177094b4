"""What ls, ps and df print as a table of SQLite."""

import re
from collections.abc import Sequence

from shellmate.request.digests.digest import Query
from shellmate.request.digests.query import make_query, quote_identifier

LEAST_COLUMNS, LEAST_ROWS = 3, 2
TOTAL = re.compile(r"total [\d.,]+[KMGT]?")
NUMBER = re.compile(r"[-+]?\d+(?:\.\d+)?")
AMOUNT = re.compile(r"\d+(?:\.\d+)?%|0|\d+(?:\.\d+)?(?:B|[KMGTP](?:i?B)?)?|-")  # `45%`, `1.5G`
AMOUNT_FUNCTION = (
    'UNITS = {unit: 1024**n for n, unit in enumerate("BKMGTP")}',
    "",
    "",
    "def amount(text):",
    '    found = re.fullmatch(r"([0-9.]+)(?:%|([BKMGTP])?i?B?)", text)',
    '    return float(found[1]) * UNITS[found[2] or "B"] if found else None',
    "",
    "",
)


def query_fields(columns: Sequence[str], header: bool, lines: Sequence[str]) -> Query | None:
    """The table of lines whose fields are divided by blanks, the last one with blanks in it. None where some of these
    lines have fewer: a cell is empty, and nobody knows which."""
    names = _names_of(columns)
    rows = [line.split(None, len(names) - 1) for line in lines[header:] if line.strip() and not TOTAL.fullmatch(line)]
    if len(names) < LEAST_COLUMNS or len(rows) < LEAST_ROWS or any(len(row) != len(names) for row in rows):
        return None
    numbers = [n for n in range(len(names)) if all(NUMBER.fullmatch(row[n]) for row in rows)]
    amounts = [n for n in range(len(names)) if n not in numbers and all(AMOUNT.fullmatch(row[n]) for row in rows)]
    kinds = ["numeric" if n in numbers or n in amounts else "" for n in range(len(names))]
    schema = ", ".join(f"{quote_identifier(name)} {kind}".rstrip() for name, kind in zip(names, kinds, strict=True))
    before = [*(AMOUNT_FUNCTION if amounts else ()), *(["next(sys.stdin)"] if header else [])]
    before.append(f"rows = (line.split(None, {len(names) - 1}) for line in map(str.rstrip, sys.stdin))")
    row = "row"
    if amounts:
        before.append(f"amounts = {{{', '.join(map(str, amounts))}}}")
        row = "[amount(cell) if n in amounts else cell for n, cell in enumerate(row)]"
    values = f"({row} for row in rows if len(row) == {len(names)})"
    about = f"table t: {', '.join(names)}"
    return make_query("re" if amounts else "", before, f"create table t ({schema})", len(names), values, about)


def _names_of(columns: Sequence[str]) -> list[str]:
    """Names that SQL has without quotes, none twice: `%CPU` is cpu, `1K-blocks` is blocks."""
    names: list[str] = []
    for n, column in enumerate(columns, 1):
        name = re.sub(r"\W+", "_", re.sub(r"^\d+\w?-", "", column.lower())).strip("_")
        name = {"group": "groupname", "": f"c{n}"}.get(name, f"c{name}" if name[:1].isdigit() else name)
        names.append(f"{name}{n}" if name in names else name)
    return names
