"""What a check gives: how something is, and the one command that mends it."""

from dataclasses import dataclass
from enum import IntEnum


class Level(IntEnum):
    """How bad it is. Only what is broken keeps shellmate, or a part of it, from working."""

    OK = 0
    NOTE = 1
    WARNING = 2
    BROKEN = 3

    @property
    def word(self) -> str:
        return self.name.lower()

    def count(self, number: int) -> str:
        """So many findings of this level, in words."""
        return f"{number} {self.word}{'s' if number > 1 and self in (Level.NOTE, Level.WARNING) else ''}"


@dataclass(frozen=True)
class Finding:
    """`name` says what was looked at, and is an interface as `--json` is; `text` is a clause without a full stop;
    `mend` is a command for the user's shell, or empty."""

    name: str
    level: Level
    text: str
    mend: str = ""


def ok(name: str, text: str) -> Finding:
    return Finding(name, Level.OK, text)


def note(name: str, text: str, mend: str = "") -> Finding:
    """Nothing is wrong, but it could be better."""
    return Finding(name, Level.NOTE, text, mend)


def warning(name: str, text: str, mend: str = "") -> Finding:
    """It works, but slowly, or not as was meant."""
    return Finding(name, Level.WARNING, text, mend)


def broken(name: str, text: str, mend: str = "") -> Finding:
    """It does not work."""
    return Finding(name, Level.BROKEN, text, mend)
