"""A question with its answer, and a session of them in short; how a turn becomes a row of the log and a turn again."""

import json
import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from time import localtime, strftime
from typing import Any

_HALF_CHARACTER = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True)
class Turn:
    """`context` and `message` are what the model was told, the digest of an input and the question behind it, `answer`
    is what it said, fences included; `at` is in Unix time and 0 is the
    time at which it is kept; `danger` is a level; `syntax` is None where nobody looked; `timings` are those of --json;
    `query` is JSON text or empty; `forgotten` counts the turns of the session that the answer no longer knew; one
    that was said `beside` them is unknown to the next."""

    words: str
    message: str
    answer: str
    language: str
    code: str
    explanation: str = ""
    prompt: str = ""
    model: str = ""
    at: float = 0.0
    cut: bool = False
    faults: tuple[str, ...] = ()
    danger: str = ""
    syntax: bool | None = None
    timings: Mapping[str, float | None] = field(default_factory=dict)
    context: str = ""
    query: str = ""
    cwd: str = ""
    forgotten: int = 0
    beside: bool = False

    def without_input(self) -> "Turn":
        """The same, with nothing of what it was about."""
        return replace(self, context="", query="")


@dataclass(frozen=True)
class SessionSummary:
    """`started` and `last` are in Unix time, `turns` is a count, `words` are those of the first turn."""

    number: int
    name: str
    started: float
    last: float
    turns: int
    words: str

    def __str__(self) -> str:
        name = f"  {on_one_line(self.name)}" if self.name else ""
        answers = f"{self.turns} {'answer' if self.turns == 1 else 'answers'}"
        return f"{date(self.last)}  #{self.number}{name}  {answers}  {on_one_line(self.words)}"


class DamagedRow(Exception):
    """A row that is not as it was written."""


COLUMNS = tuple(f.name for f in fields(Turn))


def row_of(turn: Turn) -> tuple[Any, ...]:
    """The values of COLUMNS."""
    values = {name: getattr(turn, name) for name in COLUMNS}
    values["faults"] = json.dumps(list(turn.faults))
    values["timings"] = json.dumps(dict(turn.timings))
    return tuple(keepable(value) if isinstance(value, str) else value for value in values.values())


def turn_of(row: Sequence[Any]) -> Turn:
    """The turn that a row was made of. Raises DamagedRow."""
    values = dict(zip(COLUMNS, row, strict=True))
    try:
        values["at"] = float(values["at"])
        values["cut"], values["beside"] = bool(values["cut"]), bool(values["beside"])
        values["syntax"] = None if values["syntax"] is None else bool(values["syntax"])
        values["faults"] = tuple(map(str, json.loads(values["faults"])))
        values["timings"] = {**json.loads(values["timings"])}
    except (ValueError, TypeError) as error:
        raise DamagedRow(f"a turn cannot be read: {error}") from error
    return Turn(**values)


def keepable(text: str) -> str:
    """The text, with U+FFFD for what is half a character and cannot be written as UTF-8."""
    return _HALF_CHARACTER.sub("\ufffd", text)


def match(search: str) -> Callable[[Turn], bool]:
    """Whether a turn has the text in its words, code or explanation, in whatever case and composition."""
    wanted = _fold(keepable(search))
    return lambda turn: any(wanted in _fold(text) for text in (turn.words, turn.code, turn.explanation))


def _fold(text: str) -> str:
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).casefold())


def date(at: float) -> str:
    """A Unix time as people read it, in theirs."""
    return strftime("%Y-%m-%d %H:%M", localtime(at))


def on_one_line(text: str) -> str:
    return " ".join(text.split())
