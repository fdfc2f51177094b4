"""JSON and JSON Lines: the skeleton of keys and types."""

import json
import re
from collections.abc import Sequence
from typing import Any

from shellmate.request.digests.digest import BlockDigester, Digest, Query
from shellmate.request.digests.fitting import cut, decode, number
from shellmate.request.digests.jsonhead import parse_head
from shellmate.request.digests.query import add_named, query_objects, quote_identifier
from shellmate.request.digests.reading import JSON_LINES, read_json, read_json_lines, rows_of_json
from shellmate.request.digests.skeleton import Shape, collect_names, outline
from shellmate.request.digests.sought import Hit

SAMPLED_LINES = 200
_KEY = re.compile(r'"([^"\\]+)"\s*:\s*"$')
SAMPLED_BYTES = 1 << 18


class JsonDigester(BlockDigester):
    """One value; beyond the first block only its beginning is understood, and the lengths there are lower bounds."""

    HAS_CELLS = True

    def describe(self) -> Digest:
        values, whole = parse_head(self.head, self.is_whole)
        shape = Shape()
        for value in values:
            shape.add(value)
        open_ends: set[int] = set() if whole else _open_path(values[-1] if values else None)
        facts = f"JSON, {self.total:,} bytes" if whole else f"JSON, {self.total:,} bytes, seen up to a cut"
        if len(values) > 1:
            facts = f"{number(len(values), 'JSON value')} one after another, {self.total:,} bytes"
        if whole and self.total <= self.budget // 4 and len(values) == 1:
            text = decode(self.head).strip()
            body = f"{facts}\n{outline(shape, self.budget - 2 * self.budget // 4)}\n{text}"
            under = _rows_under(values[0])
            query = _add_found(_query(values[0], under, whole), self.hits)
            return Digest("JSON", body, _names(values), "", read_json(under), query)
        lines = outline(shape, max(0, self.budget - len(facts) - 1), open_ends)
        left_out = f"the values of {self.total:,} bytes of JSON" if self.total > self.budget // 4 else ""
        if len(values) > 1:
            return Digest("JSON", f"{facts}\n{lines}", _names(values), left_out)
        under = _rows_under(values[0]) if values else None
        query = _add_found(_query(values[0], under, whole), self.hits) if values else None
        return Digest("JSON", f"{facts}\n{lines}", _names(values), left_out, read_json(under), query)


class JsonLinesDigester(BlockDigester):
    """A value a line: lines are counted in the whole stream, the skeleton is that of the first ones."""

    HAS_CELLS = True

    def __init__(self, budget: int) -> None:
        super().__init__(budget)
        self._empty = 0

    def take(self, block: bytes) -> None:
        self._empty += block.count(b"\n\n")

    def describe(self) -> Digest:
        shape, odd, values, first = Shape(), 0, [], ""
        for line in decode(self.head[:SAMPLED_BYTES]).split("\n")[:SAMPLED_LINES]:
            if not line.strip():
                continue
            try:
                values.append(json.loads(line))
                first = first or line
            except (ValueError, RecursionError):
                odd += 1
        for value in values:
            shape.add(value)
        lines = max(0, self.lines - self._empty)
        if odd and not (self.is_whole and self.total <= SAMPLED_BYTES):
            odd -= 1  # the last one is cut
        facts = f"JSON Lines, {number(lines, 'line')}, one JSON value in each"
        if odd:
            facts += f"; {odd} of the first {len(values) + odd} are no JSON"
        sample = cut(first.strip(), max(80, self.budget // 3)) if first else ""
        body = outline(shape, max(0, self.budget - len(facts) - len(sample) - 16))
        left_out = f"{lines - 1:,} of {number(lines, 'line')}" if lines > 1 else ""
        text = f"{facts}\n{body}\nfirst line:\n{sample}"
        query = None if odd else _query_of(values, JSON_LINES, self.is_whole and lines <= len(values))
        query = _add_found(query, self.hits)
        return Digest("JSON Lines", text, _names(values), left_out, read_json_lines(), query)


def _rows_under(value: Any) -> str | None:
    """The key of the one array of objects in an object, "" for an array, None where there is no such."""
    if isinstance(value, list):
        return ""
    if not isinstance(value, dict):
        return None
    arrays = [k for k, below in value.items() if k and isinstance(below, list) and below and isinstance(below[0], dict)]
    return arrays[0] if len(arrays) == 1 else None


def _query(value: Any, under: str | None, is_whole: bool) -> Query | None:
    """The table of the objects in a value, where it has such."""
    if under is None:
        return None
    return _query_of(value[under] if under else value, rows_of_json(under), is_whole)


def _query_of(values: list[Any], rows: str, is_whole: bool) -> Query | None:
    """`rows` is an expression for all of the values; `is_whole` says that there are no more than these."""
    if not values or not all(isinstance(value, dict) for value in values[:SAMPLED_LINES]):
        return None
    objects = [value for value in values if isinstance(value, dict)]
    texts: dict[str, list[str]] = {}
    for value in objects:
        for key, part in value.items():
            texts.setdefault(key, []).extend([part] if isinstance(part, str) else [])
    plain = not any(isinstance(part, list | dict) for value in objects for part in value.values())
    return query_objects(rows, texts, is_whole and plain and len(objects) == len(values))


def _add_found(query: Query | None, hits: Sequence[Hit]) -> Query | None:
    """The query with the texts that were sought, each with the key in front of it where the table has that."""
    if not query:
        return None
    cells = []
    for hit in hits:
        key = _KEY.search(decode(hit.before))
        text = decode(hit.line[len(hit.before) :])[: len(hit.cell)]
        if key and quote_identifier(key[1]) in query.schema and text.lower() == hit.cell:
            cells.append((key[1], text))
    return add_named(query, cells)


def _names(values: list[Any]) -> tuple[str, ...]:
    names: dict[str, None] = {}
    for value in values:
        collect_names(value, names)
    return tuple(names)


def _open_path(value: Any) -> set[int]:
    """The depths of arrays that the cut left open: the last value's last value, and so on down."""
    depths, depth = set(), 0
    while isinstance(value, (list, dict)) and value:
        if isinstance(value, list):
            depths.add(depth)
            value = value[-1]
        else:
            value = next(reversed(value.values()))
        depth += 1
    return depths
