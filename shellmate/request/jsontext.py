"""JSON and JSON Lines: the skeleton of keys and types."""

import json
from typing import Any

from shellmate.request.digest import BlockDigester, Digest
from shellmate.request.fitting import cut, decode, number
from shellmate.request.jsonhead import parse_head
from shellmate.request.skeleton import Shape, collect_names, outline

SAMPLED_LINES = 200
SAMPLED_BYTES = 1 << 18


class JsonDigester(BlockDigester):
    """One value; beyond the first block only its beginning is understood, and the lengths there are lower bounds."""

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
            return Digest(
                "JSON", f"{facts}\n{outline(shape, self.budget - 2 * self.budget // 4)}\n{text}", _names(values)
            )
        lines = outline(shape, max(0, self.budget - len(facts) - 1), open_ends)
        left_out = f"the values of {self.total:,} bytes of JSON" if self.total > self.budget // 4 else ""
        return Digest("JSON", f"{facts}\n{lines}", _names(values), left_out)


class JsonLinesDigester(BlockDigester):
    """A value a line: lines are counted in the whole stream, the skeleton is that of the first ones."""

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
        return Digest("JSON Lines", f"{facts}\n{body}\nfirst line:\n{sample}", _names(values), left_out)


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
