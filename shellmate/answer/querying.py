"""Selects that the model writes, in the Python that hands them the input."""

import re
import sqlite3
from collections.abc import Iterator
from dataclasses import replace

from shellmate.answer.fence import Closed, Code, FenceParser
from shellmate.engine.engine import Candidate, Engine, Generation, Sampling, Usage
from shellmate.prompt.prompt import FENCES, Message, Prompt
from shellmate.request.digest import Query

_ALLOWED = {sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_FUNCTION, sqlite3.SQLITE_RECURSIVE}
_QUOTED = re.compile(r"'((?:[^']|'')*)'" + '|"((?:[^"]|"")*)"')
_ALIAS = re.compile(r'\bas\s+(\w+|"[^"]*")', re.IGNORECASE)
_BREAKS_OUT = ('"""', "\\")  # of the text in which the select stands


class QueryEngine:
    """An engine whose model writes SQL and whose answers are Python."""

    def __init__(self, engine: Engine, query: Query):
        self._engine, self._query = engine, query

    def generate(self, prompt: Prompt, sampling: Sampling, answered: str = "") -> Generation:
        select = answered.removeprefix(FENCES["python"][0] + self._query.before) if answered else ""
        generation = self._engine.generate(prompt, sampling, FENCES["sql"][0] + select if select else "")
        return Generation(self._in_python(generation), generation.usage)

    def _in_python(self, generation: Generation) -> Iterator[str]:
        """The pieces of a select as pieces of Python: what is in front at once, blanks at the end not at all."""
        yield FENCES["python"][0] + self._query.before
        parser, blanks, closed = FenceParser(), "", False
        for piece in generation:
            for event in parser.feed(piece):
                match event:
                    case Code(text) if not closed:
                        whole = blanks + text
                        blanks = whole[len(whole.rstrip()) :]
                        if whole.rstrip():
                            yield whole.rstrip()
                    case Closed():
                        closed = True
        if generation.usage.finish != "length" or closed:
            yield f"{self._query.after}```"

    def generate_several(self, prompt: Prompt, sampling: Sampling, count: int) -> tuple[list[Candidate], Usage]:
        candidates, usage = self._engine.generate_several(prompt, sampling, count)
        wrapped = [replace(c, text="".join(self._in_python(Generation(iter([c.text]))))) for c in candidates]
        return wrapped, usage

    def prime(self, prefix: tuple[Message, ...]) -> int:
        return self._engine.prime(prefix)

    def close(self) -> None:
        self._engine.close()


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
    try:
        db = sqlite3.connect(":memory:")
        db.execute(query.schema)
        columns = {name.lower() for (name,) in db.execute("select name from pragma_table_xinfo('t')")}
        db.set_authorizer(lambda action, *_: sqlite3.SQLITE_OK if action in _ALLOWED else sqlite3.SQLITE_DENY)
        db.execute(f"explain {select}").fetchall()
    except (sqlite3.Error, sqlite3.Warning, UnicodeError) as error:
        return [f"the query cannot be run: {error}"]
    return _find_misquoted(select, columns)


def _find_misquoted(select: str, columns: set[str]) -> list[str]:
    """Names that SQLite takes for texts: one in double quotes that is no column, a column in single quotes."""
    aliases = {name.strip('"').lower() for name in _ALIAS.findall(select)}
    for single, double in _QUOTED.findall(select):
        name = (double or single).replace('""', '"').lower()
        if double and name not in columns | aliases:
            return [f"the query cannot be run: no such column: {double}"]
        if single and name in columns:
            return [f"the query cannot be run: the column {single} is in single quotes"]
    return []
