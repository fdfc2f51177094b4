"""TOML that a person wrote, with errors that say where."""

import re
import tomllib
from typing import Any

_PLACE = re.compile(r" \(at (?:line (\d+), column \d+|end of document)\)$")
_KEY = re.compile(r"\s*([\w.-]+)\s*=")


def load_toml(text: str) -> dict[str, Any]:
    """What the text says. Raises ValueError that names the line, and its key where it has one."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ValueError(_with_line(str(error), text)) from error
    except ValueError as error:  # of which there is no other: Python reads no number of thousands of digits
        lines = text.split("\n")
        longest = max(range(len(lines)), key=lambda at: len(lines[at]))
        raise ValueError(f"line {longest + 1}: a number has too many digits") from error
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error


def line_of(key: str, text: str) -> int:
    """The number of the line that sets a key or begins its table, counted from 1."""
    sets_it = re.compile(rf"\s*\[*\s*[\"']?{re.escape(key)}(?!\w)")
    return next((number for number, line in enumerate(text.split("\n"), 1) if sets_it.match(line)), 1)


def _with_line(message: str, text: str) -> str:
    place = _PLACE.search(message)
    if not place:
        return message
    lines = text.rstrip("\n").split("\n")
    number = min(int(place[1] or len(lines)), len(lines))
    key = _KEY.match(lines[number - 1])
    what = message[: place.start()]
    return f"line {number}: {f'{key[1]}: ' if key else ''}{what[:1].lower()}{what[1:]}"
