"""A command with its words, as a rule looks at it."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property

from shellmate.answer.judging.marks import reveal
from shellmate.answer.judging.state import State


@dataclass(frozen=True)
class Call:
    """`program` is its name without a folder; `words` are its arguments, shielded; `stdin` is what it reads there, None
    where nothing is handed to it."""

    program: str
    words: tuple[str, ...]
    state: State
    stdin: str | None = None

    @cached_property
    def values(self) -> list[str]:
        """The arguments as the program is given them."""
        return [reveal(word) for word in self.words]

    @cached_property
    def text(self) -> str:
        return " ".join(self.values)

    @property
    def asks_for_help(self) -> bool:
        return "--help" in self.values or self.values in (["--version"], ["-h"], ["help"], ["-V"])

    @cached_property
    def _options(self) -> list[str]:
        return self.values[: self.values.index("--")] if "--" in self.values else self.values

    def has(self, *options: str, shortened: bool = True) -> bool:
        """Whether one of the options is given: a letter alone or among others, a long one with or without a value,
        whole or, where they may be `shortened`, as far as it can be told from others."""
        given = [value for value in self._options if value[:1] in "-+/"]
        return any(_is_given(option, value, shortened) for option in options for value in given)

    def value_of(self, *options: str) -> str | None:
        """What is given with the first of the options that is there."""
        for at, value in enumerate(self.values):
            for option in options:
                if value == option and at + 1 < len(self.values):
                    return self.values[at + 1]
                if option.startswith("--") and value.startswith(f"{option}="):
                    return value[len(option) + 1 :]
                found = re.fullmatch(rf"-[a-zA-Z]{{0,5}}?{option[1]}(.*)", value) if len(option) == 2 else None
                if found and found[1]:
                    return found[1]
                if found and at + 1 < len(self.values):
                    return self.values[at + 1]
        return None

    def operands(self, valued: Iterable[str] = ()) -> list[str]:
        """The arguments, shielded, that are neither options nor values of those that are `valued`."""
        found: list[str] = []
        taking = tuple(valued)
        left = iter(self.words)
        for word in left:
            plain = reveal(word)
            if plain == "--":
                return [*found, *left]
            if plain in taking or (re.fullmatch(r"-\w{2,}", plain) and f"-{plain[-1]}" in taking and plain[:2] != "--"):
                next(left, None)
            elif not plain.startswith("-") or plain == "-":
                found.append(word)
        return found

    def on(self, program: str, words: Iterable[str]) -> "Call":
        return replace(self, program=program, words=tuple(words))


def _is_given(option: str, value: str, shortened: bool) -> bool:
    if value == option or value.startswith(f"{option}="):
        return True
    if option.startswith("--"):
        name = value.partition("=")[0]
        return shortened and len(name) > 4 and option.startswith(name)
    return len(option) == 2 and re.fullmatch(rf"-\w*{re.escape(option[1])}\S*", value) is not None and value[1:2] != "-"
