"""The input as a table of SQLite, in Python that needs nothing but its standard library.

A small model that is right about one in three questions in Python of its own is right about five in six as SQL.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from shellmate.request.digests.columns import DATES, Column, find_type
from shellmate.request.digests.delimiters import Dialect
from shellmate.request.digests.digest import Query
from shellmate.request.digests.reading import find_numbers, has_odd_cells, number_function, open_delimited, quote
from shellmate.request.digests.values import few_values

MOST_COLUMNS = 200
MOST_SHOWN = 30  # columns whose made-up names the model is told
LEVEL_WITHIN = 60  # characters behind the timestamp: further on a level is a word of the message
SURROGATE = re.compile(r"[\ud800-\udfff]")
MISSING = {"NA", "N/A", "NaN", "nan", "NULL", "null"}  # of texts; what else says that there is none may be a value
MOST_MARKS = 12  # question marks that are written out
ACCESS_PATTERN = r"""(\S+) (\S+) (\S+) \[([^]]+)] "(?:(\S+) (\S+)[^"]*|[^"]*)" (\d+) (\d+|-)(?: "([^"]*)" "([^"]*)")?"""
ACCESS = re.compile(ACCESS_PATTERN)
ACCESS_COLUMNS = ("ip", "ident", "user", "time", "method", "path", "status", "bytes", "referrer", "agent")


def query_delimited(
    dialect: Dialect,
    names: Sequence[str],
    columns: Sequence[Column],
    is_clean: bool,
    cells: Sequence[tuple[int, str]] = (),
) -> Query | None:
    """`names` are those of the header; a column without one is c1, c2 and so on, by its place. `is_clean` says that
    every row was seen, and has a cell for each name; else the code takes rows and cells for what they turn out to be.
    `cells` are those that the question names, each with its column's place.
    """
    named = _name_all(names) if names else [f"c{n + 1}" for n in range(len(columns))]
    query = _query_rows(dialect, names, named, columns, is_clean)
    if not query:
        return None
    is_full = is_clean and not any(column.empty for column in columns)
    return add_named(
        replace(query, is_full=is_full), [(named[n], cell) for n, cell in cells if columns[n].type == "text"]
    )


def add_named(query: Query, cells: Sequence[tuple[str, str]]) -> Query:
    """The query with cells that the question names, each with its column, but for those whose column's are known."""
    others: dict[str, tuple[str, ...]] = {}
    for column, cell in dict.fromkeys(cells):
        if cell not in query.values.get(column, ()):
            others[column] = (*others.get(column, ()), cell)
    return replace(query, named=others)


def _query_rows(
    dialect: Dialect, names: Sequence[str], named: Sequence[str], columns: Sequence[Column], is_clean: bool
) -> Query | None:
    numbers, replaced = find_numbers(columns)
    schema = _schema(named, ["numeric" if n in numbers else "" for n in range(len(named))])
    if not schema:
        return None
    lines, source = open_delimited(dialect)
    lines.append(f"rows = csv.reader({source})")
    lines += ["next(row for row in rows if row)"] if names else []
    about = "" if list(named) == _strip(names) else f"table t: {', '.join(named[:MOST_SHOWN])}"
    width = len(named)
    few = {name: column.values for name, column in zip(named, columns, strict=True) if column.values}
    dates = {name: column.example for name, column in zip(named, columns, strict=True) if column.type in DATES}
    missing = sorted(set().union(*(c.empties & MISSING for n, c in enumerate(columns) if n not in numbers)))
    text = "cell or None"
    if missing:
        lines.append(f"missing = {{{', '.join(map(quote, ['', *missing]))}}}")
        text = "None if cell in missing else cell"
    if is_clean and not replaced and not has_odd_cells(columns, numbers):
        values = f"([{text} for cell in row] for row in rows if row)"
        return replace(
            make_query("csv", lines, schema, width, values, about), values=few, dates=dates, is_whole=is_clean
        )
    cell = text
    if numbers:
        lines = [*number_function(replaced), *lines, f"numbers = {{{', '.join(map(str, numbers))}}}"]
        cell = f"number(cell) if n in numbers else {text}"
    row = f"[{cell} for n, cell in enumerate(row)]" if numbers else f"[{cell} for cell in row]"
    values = f"(({row} + [None] * {width})[:{width}] for row in rows if row)"
    return replace(make_query("csv", lines, schema, width, values, about), values=few, dates=dates, is_whole=is_clean)


def query_numbers(is_whole: bool) -> Query:
    """A number on each line; `is_whole` says that every line was seen."""
    lines = [] if is_whole else number_function("")
    values = f"([{'float' if is_whole else 'number'}(line)] for line in sys.stdin if line.strip())"
    return make_query("", lines, "create table t (n numeric)", 1, values, "table t: n")


def query_objects(rows: str, texts: Mapping[str, Sequence[str]], is_clean: bool) -> Query | None:
    """`rows` is an expression for all of the values, `texts` has the keys of the objects among them with the texts that
    they have; `is_clean` says that all were seen, and are objects of plain values."""
    keys = list(texts)
    schema = _schema(keys, [""] * len(keys))
    if not schema:
        return None
    lines = [f"rows = {rows}", f"keys = [{', '.join(map(quote, keys))}]"]
    dates = {key: cells[0] for key, cells in texts.items() if find_type(list(cells)) in DATES}
    few = {key: few for key, cells in texts.items() if key not in dates and (few := few_values(cells))}
    if is_clean:
        values = "([row.get(key) for key in keys] for row in rows)"
        return replace(make_query("json", lines, schema, len(keys), values), values=few, dates=dates, is_whole=is_clean)
    function = ["def cell(value):", "    return json.dumps(value) if isinstance(value, (list, dict)) else value"]
    values = "([cell(row.get(key)) for key in keys] for row in rows if isinstance(row, dict))"
    return replace(
        make_query("json", ["", *function, "", "", *lines], schema, len(keys), values),
        values=few,
        dates=dates,
        is_whole=is_clean,
    )


def query_access_log() -> Query:
    """The common and the combined log format of web servers."""
    names = ", ".join(ACCESS_COLUMNS)
    typed = names.replace("status, bytes", "status numeric, bytes numeric")
    lines = [f"pattern = re.compile(r'{ACCESS_PATTERN}')"]
    cells = '[None if cell == "-" else cell for cell in found.groups()]'
    values = f"({cells} for line in sys.stdin if (found := pattern.match(line)))"
    about = f"table t: {names}, date, hour; a date is such as 02/May/2024"
    return make_query("re", lines, _with_hours(typed, 11, 14), len(ACCESS_COLUMNS), values, about)


def query_log(levels: Sequence[str], stamp: str) -> Query:
    """Lines that begin with a timestamp such as `stamp`, some with one of the levels."""
    day, hour = _lengths(stamp)
    names = ["time", "level", "line"] if levels else ["time", "line"]
    about = f"table t: {', '.join(names)}"
    if day:
        about += f", date, hour; a date is such as {stamp[:day]}"
    schema = _with_hours(", ".join(names), day, hour) if day else f"create table t ({', '.join(names)})"
    dates = {"date": stamp[:day], "hour": stamp[:hour], "time": stamp} if day else {}
    lines = [f"stamped = re.compile(r{quote(_pattern_of(stamp))})".replace("\\\\", "\\")]
    if not levels:
        values = f"((line[:{len(stamp)}], line.rstrip()) for line in sys.stdin if stamped.match(line))"
        return replace(make_query("re", lines, schema, 2, values, about), dates=dates)
    lines += [
        f'level = re.compile(r"\\b({"|".join(levels)})\\b", re.IGNORECASE)',
        "rows = []",
        "for line in filter(stamped.match, sys.stdin):",
        f"    found = level.search(line[:{len(stamp) + LEVEL_WITHIN}])",
        f"    rows.append((line[:{len(stamp)}], found and found[1].upper(), line.rstrip()))",
    ]
    return replace(make_query("re", lines, schema, 3, "rows", about), dates=dates, values={"level": tuple(levels)})


def _pattern_of(stamp: str) -> str:
    """A pattern for timestamps that are written like this one."""
    marks = {"digit": r"\d", "letter": "[A-Za-z]", "blank": r"[ \d]"}
    kinds = ("digit" if c.isdigit() else "letter" if c.isalpha() else "blank" if c == " " else "" for c in stamp)
    return "".join(marks.get(kind) or re.escape(c) for kind, c in zip(kinds, stamp, strict=True))


def _with_hours(columns: str, day: int, hour: int) -> str:
    """Date and hour are the beginnings of `time`, in so many characters."""
    return f"create table t ({columns}, date as (substr(time, 1, {day})), hour as (substr(time, 1, {hour})))"


def _lengths(stamp: str) -> tuple[int, int]:
    """How much of a timestamp is its date, and how much the date and the hour; 0 where it has no date."""
    found = re.fullmatch(r"(.*\d)[ T:]\d\d(:\d\d:\d\d.*)", stamp)
    return (len(found[1]), len(stamp) - len(found[2])) if found else (0, 0)


def make_query(module: str, lines: Sequence[str], schema: str, width: int, values: str, about: str = "") -> Query:
    """Python that puts `values`, an expression of rows of that width, into the table of the schema, and has a select
    run on it; behind the import of a module, if any, and the lines."""
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


def _strip(names: Sequence[str]) -> list[str]:
    """Names without the blanks around them, which nobody writes in a question."""
    return [name.strip() for name in names]


def _name_all(names: Sequence[str]) -> list[str]:
    """The names as SQLite can have them: none empty, no two the same but for their case."""
    named: list[str] = []
    taken = {name.lower() for name in _strip(names)}
    for place, name in enumerate(_strip(names), 1):
        if not name or any(name.lower() == before.lower() for before in named):
            free = (f"{name or 'c'}{n}" for n in range(place, place + len(names) + 1))
            name = next(candidate for candidate in free if candidate.lower() not in taken)
            taken.add(name.lower())
        named.append(name)
    return named


def _schema(names: Sequence[str], types: Sequence[str]) -> str:
    """The statement that makes the table; empty where SQLite cannot have such names."""
    if not names or len(names) > MOST_COLUMNS or len({name.lower() for name in names}) < len(names):
        return ""
    if any(not name.strip() or "\0" in name or SURROGATE.search(name) for name in names):
        return ""
    columns = (f"{quote_identifier(name)} {kind}".rstrip() for name, kind in zip(names, types, strict=True))
    return f"create table t ({', '.join(columns)})"


def quote_identifier(name: str) -> str:
    """A column's name as SQL that means it, whatever it is made of."""
    return '"' + name.replace('"', '""') + '"'


def quote_text(text: str) -> str:
    """A text as a literal of SQL."""
    return "'" + text.replace("'", "''") + "'"
