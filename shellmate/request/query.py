"""The input as a table of SQLite, in Python that needs nothing but its standard library.

A small model that is right about one in three questions in Python of its own is right about five in six as SQL.
"""

import re
from collections.abc import Sequence

from shellmate.request.columns import NUMERIC, Column
from shellmate.request.delimiters import Dialect
from shellmate.request.digest import Query
from shellmate.request.reading import quote

MOST_COLUMNS = 200
MOST_SHOWN = 30  # columns whose made-up names the model is told
MOST_MARKS = 12  # question marks that are written out
ACCESS_PATTERN = r"""(\S+) (\S+) (\S+) \[([^]]+)] "(\S+) (\S+)[^"]*" (\d+) (\d+|-)(?: "([^"]*)" "([^"]*)")?"""
ACCESS = re.compile(ACCESS_PATTERN)
ACCESS_COLUMNS = ("ip", "ident", "user", "time", "method", "path", "status", "bytes", "referrer", "agent")


def query_delimited(dialect: Dialect, names: Sequence[str], columns: Sequence[Column], is_even: bool) -> Query | None:
    """`names` are those of the header; without one the columns are c1, c2 and so on. `is_even` says that every row has
    a cell for each name."""
    named = list(names) or [f"c{n + 1}" for n in range(len(columns))]
    schema = _schema(named, ["numeric" if column.type in NUMERIC else "" for column in columns])
    if not schema:
        return None
    lines = []
    if dialect.skipped:
        lines += [f"for _ in range({dialect.skipped}):", "    next(sys.stdin)  # a comment"]
    delimiter = "" if dialect.delimiter == "," else f", delimiter={quote(dialect.delimiter)}"
    lines.append(f"rows = csv.reader(sys.stdin{delimiter}{'' if dialect.quoted else ', quoting=csv.QUOTE_NONE'})")
    lines += ["next(rows)"] if names else []
    empties = sorted({cell for column in columns for cell in column.empties if column.type in NUMERIC} - {""})
    cell = f"None if cell in ({quote('')}, {', '.join(map(quote, empties))}) else cell" if empties else "cell or None"
    cells = "row" if is_even else f"(row + [None] * {len(named)})[:{len(named)}]"
    about = "" if names else f"table t: {', '.join(named[:MOST_SHOWN])}"
    return _query("csv", lines, schema, len(named), f"([{cell} for cell in {cells}] for row in rows if row)", about)


def query_numbers() -> Query:
    """A number on each line."""
    values = "([float(line)] for line in sys.stdin if line.strip())"
    return _query("", [], "create table t (n numeric)", 1, values, "table t: n")


def query_objects(rows: str, keys: Sequence[str], is_nested: bool) -> Query | None:
    """`rows` is an expression for all of the objects, `keys` those of them; `is_nested` says that there are values
    that have parts."""
    schema = _schema(keys, [""] * len(keys))
    if not schema:
        return None
    lines = [f"rows = {rows}", f"keys = [{', '.join(map(quote, keys))}]"]
    value = "row.get(key)"
    if is_nested:
        function = ["def cell(value):", "    return json.dumps(value) if isinstance(value, (list, dict)) else value"]
        lines = ["", *function, "", "", *lines]
        value = "cell(row.get(key))"
    return _query("json", lines, schema, len(keys), f"([{value} for key in keys] for row in rows)")


def query_access_log() -> Query:
    """The common and the combined log format of web servers."""
    names = ", ".join(ACCESS_COLUMNS)
    typed = names.replace("status, bytes", "status numeric, bytes numeric")
    lines = [f"pattern = re.compile(r'{ACCESS_PATTERN}')"]
    values = "(found.groups() for line in sys.stdin if (found := pattern.match(line)))"
    about = f"table t: {names}, date, hour; a date is such as 02/May/2024"
    return _query("re", lines, _with_hours(typed, 11, 14), len(ACCESS_COLUMNS), values, about)


def query_log(levels: Sequence[str], stamp: str) -> Query:
    """Lines that begin with a timestamp such as `stamp`, some with one of the levels."""
    day, hour = _lengths(stamp)
    names = ["time", "level", "line"] if levels else ["time", "line"]
    about = f"table t: {', '.join(names)}"
    if day:
        about += f", date, hour; a date is such as {stamp[:day]}"
    schema = _with_hours(", ".join(names), day, hour) if day else f"create table t ({', '.join(names)})"
    if not levels:
        values = f"((line[:{len(stamp)}], line.rstrip()) for line in sys.stdin)"
        return _query("", [], schema, 2, values, about)
    lines = [
        f'level = re.compile(r"\\b({"|".join(levels)})\\b", re.IGNORECASE)',
        "rows = []",
        "for line in sys.stdin:",
        "    found = level.search(line)",
        f"    rows.append((line[:{len(stamp)}], found and found[1].upper(), line.rstrip()))",
    ]
    return _query("re", lines, schema, 3, "rows", about)


def _with_hours(columns: str, day: int, hour: int) -> str:
    """Date and hour are the beginnings of `time`, in so many characters."""
    return f"create table t ({columns}, date as (substr(time, 1, {day})), hour as (substr(time, 1, {hour})))"


def _lengths(stamp: str) -> tuple[int, int]:
    """How much of a timestamp is its date, and how much the date and the hour; 0 where it has no date."""
    found = re.fullmatch(r"(.*\d)[ T:]\d\d(:\d\d:\d\d.*)", stamp)
    return (len(found[1]), len(stamp) - len(found[2])) if found else (0, 0)


def _query(module: str, lines: Sequence[str], schema: str, width: int, values: str, about: str = "") -> Query:
    marks = ", ".join("?" * width) if width <= MOST_MARKS else f"{{', '.join('?' * {width})}}"
    insert = f'{"" if width <= MOST_MARKS else "f"}"insert into t values ({marks})"'
    before = [
        *(f"import {name}" for name in sorted({module, "sqlite3", "sys"} - {""})),
        "",
        *lines,
        'db = sqlite3.connect(":memory:")',
        f"db.execute({quote(schema)})",
        f"db.executemany({insert}, {values})",
        'for row in db.execute("""',
    ]
    return Query("\n".join(before) + "\n", '\n"""):\n    print(*row, sep=", ")\n', schema, about)


def _schema(names: Sequence[str], types: Sequence[str]) -> str:
    """The statement that makes the table; empty where SQLite cannot have such names."""
    if not names or len(names) > MOST_COLUMNS or len({name.lower() for name in names}) < len(names):
        return ""
    if any(not name.strip() or "\0" in name for name in names):
        return ""
    columns = (f"{_identifier(name)} {kind}".rstrip() for name, kind in zip(names, types, strict=True))
    return f"create table t ({', '.join(columns)})"


def _identifier(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
