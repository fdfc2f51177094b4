"""Whether a select can be run on a query's table: SQLite itself is asked, which only prepares it."""

import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from shellmate.request.digests.digest import Query

_ALLOWED = {sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_FUNCTION, sqlite3.SQLITE_RECURSIVE}
_ERRORS = (sqlite3.Error, sqlite3.Warning, UnicodeError)
_QUOTED = re.compile(r"'((?:[^']|'')*)'" + '|"((?:[^"]|"")*)"')
_ALIAS = re.compile(r'\bas\s+(\w+|"[^"]*")', re.IGNORECASE)
_BEGINS = re.compile(r"\s*(select|with|values)\b", re.IGNORECASE)
_BREAKS_OUT = ('"""', "\\")  # of the text in which the select stands


def find_query_faults(query: Query, code: str) -> list[str]:
    """Why the select in `code` cannot be run on the query's table, in words; nothing where it can, or while it has not
    begun."""
    if len(code) <= len(query.before):
        return []
    if not code.rstrip().endswith(query.after.rstrip()):
        return ["the query is not complete"]
    select = code[len(query.before) : len(code.rstrip()) - len(query.after.rstrip())]
    if not select.strip():
        return ["the query is empty"]
    if any(mark in select for mark in _BREAKS_OUT):
        return ["the query breaks out of its quotes"]
    fault = find_fault(query, select)
    return [f"the query cannot be run: {fault}"] if fault else []


def find_fault(query: Query, select: str) -> str:
    """Why SQLite cannot run a select, in its own words; empty where it can."""
    try:
        with open_table(query) as (table, columns):
            if not _BEGINS.match(select):
                return "it is no select"
            table.execute(f"explain {select}").fetchall()
            return _find_misquoted(select, columns)
    except _ERRORS as error:
        return str(error)


class _Aggregate:
    """Stands for one that the query's code brings along."""

    def step(self, *values: object) -> None:
        pass

    def finalize(self) -> int:
        return 0


@contextmanager
def open_table(query: Query) -> Iterator[tuple[sqlite3.Connection, list[str]]]:
    """The empty table, on which nothing but a select is allowed, and the names of its columns."""
    table = sqlite3.connect(":memory:")
    try:
        table.execute(query.schema)
        for name in query.aggregates:
            table.create_aggregate(name, 1, _Aggregate)
        columns = [name for (name,) in table.execute("select name from pragma_table_xinfo('t')")]
        table.set_authorizer(lambda action, *_: sqlite3.SQLITE_OK if action in _ALLOWED else sqlite3.SQLITE_DENY)
        yield table, columns
    finally:
        table.close()


def _find_misquoted(select: str, columns: list[str]) -> str:
    """What SQLite takes for a text though a name is meant: one in double quotes that is no column, a column in single
    quotes."""
    known = {name.lower() for name in columns}
    aliases = {name.strip('"').lower() for name in _ALIAS.findall(select)}
    for single, double in _QUOTED.findall(select):
        name = (double or single).replace('""', '"').lower()
        if double and name not in known | aliases:
            return f"no such column: {double}"
        if single and name in known:
            return f"the column {single} is in single quotes"
    return ""
