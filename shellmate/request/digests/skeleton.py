"""The shape of JSON values: which keys, which types, how long the arrays."""

import json
from collections.abc import Iterator
from typing import Any

from shellmate.request.digests.columns import find_type
from shellmate.request.digests.fitting import cut
from shellmate.request.digests.values import MOST, are_few, list_values

MOST_ITEMS = 100  # of an array; the others are taken to be like them
MOST_NAMES = 10_000
MOST_KEYS = 200
EXAMPLE = 40
DEEPEST = 20
MAP_KEYS = 24  # an object with more keys, all of one shape, is a map
TYPES = {bool: "bool", int: "int", float: "float", str: "text", type(None): "null"}


class Shape:
    """What was seen in one place: scalar types with an example, keys with their shapes, items with theirs."""

    def __init__(self) -> None:
        self.seen = self.key_count = self.text_count = 0
        self.types: dict[str, Any] = {}
        self.texts: dict[str, None] = {}
        self.keys: dict[str, Shape] = {}
        self.items: Shape | None = None
        self.shortest = self.longest = 0

    def add(self, value: Any, depth: int = 0) -> None:
        """Merge a value into the shape."""
        self.seen += 1
        if depth > DEEPEST:
            return
        if isinstance(value, dict):
            self.types.setdefault("object", None)
            self.key_count = max(self.key_count, len(value))
            for key, inner in list(value.items())[:MOST_KEYS]:
                if key in self.keys or len(self.keys) < MOST_KEYS:
                    self.keys.setdefault(key, Shape()).add(inner, depth + 1)
        elif isinstance(value, list):
            first = self.items is None
            self.types.setdefault("array", None)
            self.items = self.items or Shape()
            self.shortest = len(value) if first else min(self.shortest, len(value))
            self.longest = max(self.longest, len(value))
            for inner in value[:MOST_ITEMS]:
                self.items.add(inner, depth + 1)
        else:
            self.types.setdefault(TYPES[type(value)], value)
            if isinstance(value, str):
                self.text_count += 1
                if len(self.texts) <= MOST:
                    self.texts[value] = None

    def describe(self, at_least: bool = False) -> str:
        """`array of 120 objects`, `text, "Anna"`, `text, "Oslo" or "Rome"`, `int or null, 5`."""
        if "array" in self.types and self.items is not None:
            length = f"{self.shortest:,} to {self.longest:,}" if self.shortest != self.longest else f"{self.longest:,}"
            if at_least:
                length = f"at least {self.longest:,}"
            inner = " or ".join(self.items.types) or "item"
            others = [kind for kind in self.types if kind != "array"]
            return " or ".join([f"array of {length} {inner}{'' if self.longest == 1 else 's'}", *others])
        kinds = " or ".join(self.types) or "value"
        if are_few(self.texts, self.text_count) and find_type(list(self.texts)) == "text":
            return f"{kinds}, {list_values(tuple(self.texts))}"
        example = next((v for v in self.types.values() if v is not None), None)
        return kinds if example is None else f"{kinds}, {cut(json.dumps(example, ensure_ascii=False), EXAMPLE)}"


def outline(shape: Shape, room: int, open_depths: set[int] | None = None) -> str:
    """The shape as indented lines, `"key": type, example`, in at most `room` characters.

    Deep lines are left out before shallow ones. Arrays at `open_depths` may be longer than what was seen.
    """
    lines = list(_walk(shape, "", 0, open_depths or set()))
    for deepest in range(max(depth for depth, _ in lines), -1, -1):
        text = "\n".join(line for depth, line in lines if depth <= deepest)
        if len(text) <= room:
            return text
    kept = []
    for depth, line in lines:
        room -= len(line) + 1
        if depth == 0 or (depth == 1 and room > 5):
            kept.append(line)
        elif room <= 5:
            return "\n".join([*kept, "..."])
    return "\n".join(kept)


def collect_names(value: Any, names: dict[str, None], depth: int = 0) -> None:
    """Every key in the value, in the order in which they come."""
    if depth > DEEPEST or len(names) >= MOST_NAMES:
        return
    if isinstance(value, dict):
        for key, inner in value.items():
            names[key] = None
            collect_names(inner, names, depth + 1)
    elif isinstance(value, list):
        for inner in value[: MOST_ITEMS * 10]:
            collect_names(inner, names, depth + 1)


def _walk(shape: Shape, label: str, depth: int, open_depths: set[int]) -> Iterator[tuple[int, str]]:
    yield depth, " " * depth + label + shape.describe(at_least=depth in open_depths)
    inner, level = shape, depth
    while inner.items is not None and not inner.keys:
        inner = inner.items
        level += 1
        if inner.items is not None:
            yield level, " " * level + "each: " + inner.describe(at_least=level in open_depths)
    keys = list(inner.keys.items())
    if len(keys) > MAP_KEYS and len({tuple(s.keys) + tuple(s.types) for _, s in keys}) == 1:
        yield level + 1, " " * (level + 1) + f"{inner.key_count:,} keys of one shape, such as"
        keys = keys[:2]
    for key, value in keys:
        rare = f" (in {value.seen} of {inner.seen})" if value.seen < inner.seen else ""
        yield from _walk(value, f"{cut(json.dumps(key, ensure_ascii=False), 100)}{rare}: ", level + 1, open_depths)
    if inner.key_count > len(inner.keys):
        yield level + 1, " " * (level + 1) + f"... and {inner.key_count - len(inner.keys):,} more keys"
