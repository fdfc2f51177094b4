"""What is known at a point of a shell script about its variables, functions, files and folder."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from shellmate.answer.judging.marks import HOME, UNKNOWN

MOST_ALTERNATIVES = 16
_LONGEST_FILE = 1 << 18  # characters
_LONGEST = 4096  # characters of a value, which may double with each assignment
_ENVIRONMENT = {
    "IFS": " \t\n", "HOME": HOME, "USER": "user", "LOGNAME": "user", "SHELL": "/bin/bash", "BASH": "/bin/bash",
    "EDITOR": "vi", "VISUAL": "vi", "PAGER": "less", "BROWSER": "firefox", "UID": "1000", "EUID": "1000",
    "HOSTNAME": "host", "OSTYPE": "linux-gnu", "PYTHON": "python3", "MAKE": "make", "CC": "cc",
}  # fmt: skip


@dataclass
class State:
    """`variables` have their possible values, as plain text; `arrays` and `arguments` their words, shielded; `files`
    the text that was written to them; `globbed` are the variables whose values stand for names that match them.
    `folder` is the current one, None where it is not known. `settled` tells that what is done is surely done, so that
    an assignment leaves no older value."""

    variables: dict[str, tuple[str, ...]] = field(default_factory=lambda: {n: (v,) for n, v in _ENVIRONMENT.items()})
    arrays: dict[str, tuple[str, ...]] = field(default_factory=dict)
    functions: dict[str, Any] = field(default_factory=dict)
    aliases: dict[str, str] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)
    globbed: set[str] = field(default_factory=set)
    arguments: tuple[str, ...] | None = None
    folder: str | None = None
    settled: bool = True

    def copy(self) -> "State":
        """That of a subshell, whose files are everybody's."""
        return replace(
            self,
            variables=dict(self.variables),
            arrays=dict(self.arrays),
            functions=dict(self.functions),
            aliases=dict(self.aliases),
            globbed=set(self.globbed),
        )

    def values(self, name: str) -> tuple[str, ...]:
        if name == "PWD":
            return (self.folder or ".",)
        if name in self.arrays and name not in self.variables:
            return self.arrays[name][:1] or ("",)
        return self.variables.get(name, (UNKNOWN,))

    def assign(self, name: str, values: Iterable[str]) -> None:
        before = () if self.settled else self.variables.get(name, ())
        values = (value if len(value) <= _LONGEST else value[:_LONGEST] + UNKNOWN for value in values)
        self.variables[name] = tuple(dict.fromkeys([*values, *before]))[:MOST_ALTERNATIVES]

    def write(self, name: str, text: str) -> None:
        self.files[name.removeprefix("./")] = text if len(text) <= _LONGEST_FILE else text[:_LONGEST_FILE] + UNKNOWN

    def written(self, name: str) -> str | None:
        """The text of a file that was written before."""
        return self.files.get(name.removeprefix("./"))

    def installed(self, program: str) -> str | None:
        """The text of a program that was written to a folder for programs."""
        names = (name for name in self.files if name.endswith(f"bin/{program}"))
        return next((self.files[name] for name in names), None)
