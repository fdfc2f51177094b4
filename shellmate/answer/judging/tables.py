"""The tables beside these modules."""

import tomllib
from functools import cache
from pathlib import Path
from typing import Any


@cache
def table(name: str) -> dict[str, Any]:
    """What the TOML file of that name has."""
    return tomllib.loads(Path(__file__).with_name(f"{name}.toml").read_text(encoding="utf-8"))


@cache
def programs(kind: str) -> frozenset[str]:
    """The names of the programs of a kind, by programs.toml."""
    return frozenset(table("programs")[kind].split())


@cache
def options(kind: str) -> dict[str, tuple[str, ...]]:
    """The options of programs by their names, by programs.toml."""
    return {program: tuple(given.split()) for program, given in table("programs")[kind].items()}
