"""The world outside, in one object: streams, terminals, variables, working directory.

Nothing else reads `os.environ` or `sys.std*`; a test hands in its own Environment instead of patching.
"""

import os
import sys
from collections.abc import Mapping, MutableMapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO, TextIO

_TAKEN_FOR_C = ("C.UTF-8", "C.utf8", "UTF-8")  # by Python, PEP 538


@dataclass
class Environment:
    """Streams are None where the process was started without them (`<&-`)."""

    stdin: BinaryIO | None
    stdout: BinaryIO
    stderr: TextIO
    variables: MutableMapping[str, str]
    cwd: Path
    stdin_is_terminal: bool = False
    stdout_is_terminal: bool = False
    stderr_is_terminal: bool = False

    @classmethod
    def of_process(cls) -> "Environment":
        _take_free_descriptors()
        stdout = sys.stdout.buffer if sys.stdout else open(os.devnull, "wb")
        stderr = sys.stderr or open(os.devnull, "w")
        return cls(
            stdin=sys.stdin.buffer if sys.stdin else None,
            stdout=stdout,
            stderr=stderr,
            variables=os.environ,
            cwd=_working_directory(),
            stdin_is_terminal=bool(sys.stdin) and sys.stdin.isatty(),
            stdout_is_terminal=stdout.isatty(),
            stderr_is_terminal=stderr.isatty(),
        )

    def prefer(self, defaults: Mapping[str, str]) -> None:
        """Set variables that libraries read, where the user has not set them."""
        for name, value in defaults.items():
            self.variables.setdefault(name, value)

    def writing_to(self, terminal: BinaryIO) -> "Environment":
        """The same world, where what is written to stdout goes to a terminal."""
        return replace(self, stdout=terminal, stdout_is_terminal=True)

    def write(self, text: str) -> None:
        """Put text on stdout at once, as UTF-8 whatever the locale; half a character is written as it came."""
        self.stdout.write(text.encode("utf-8", "surrogateescape"))
        self.stdout.flush()

    def say(self, text: str) -> None:
        """One line for people, on stderr. A reader that has gone away is no reason to fail."""
        try:
            self.stderr.write(f"{text}\n")
            self.stderr.flush()
        except (OSError, ValueError):
            pass

    def colours(self, when: str, is_terminal: bool) -> bool:
        """Whether to colour a stream: `always`, `never`, or `auto` by terminal, NO_COLOR and TERM."""
        if when != "auto":
            return when == "always"
        return is_terminal and not self.variables.get("NO_COLOR") and self.variables.get("TERM") != "dumb"

    @property
    def locale(self) -> tuple[str, str]:
        """The variable that says which characters the user's locale has, and its value; of none the value is C."""
        for name in ("LC_ALL", "LC_CTYPE", "LANG"):
            value = self.variables.get(name)
            if value and not (name == "LC_CTYPE" and value in _TAKEN_FOR_C and self._is_process_in_c):
                return name, value
        return "", "C"

    @property
    def speaks_utf8(self) -> bool:
        """Whether the user's locale can do UTF-8, which Python itself writes in any."""
        return "utf" in self.locale[1].lower()

    @property
    def _is_process_in_c(self) -> bool:
        """Whether this process was started in the C locale, and Python has put another one into LC_CTYPE."""
        return self.variables is os.environ and bool(sys.flags.utf8_mode)


def _take_free_descriptors() -> None:
    """Have no file that is opened later take the place of a stream that was closed: others would write into it."""
    with suppress(OSError):  # where there is no such device
        while (descriptor := os.open(os.devnull, os.O_RDWR)) <= 2:
            os.set_inheritable(descriptor, True)
        os.close(descriptor)


def _working_directory() -> Path:
    try:
        return Path.cwd()
    except FileNotFoundError:
        return Path("/")
