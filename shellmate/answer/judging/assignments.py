"""What giving a value to a variable does by itself."""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from shellmate.answer.judging.findings import CAUTION, Finding
from shellmate.answer.judging.marks import is_unknown
from shellmate.answer.judging.state import State

if TYPE_CHECKING:
    from shellmate.answer.judging.reader import ShellReader

_UNSAFE_PATH = re.compile(r"(/tmp|/var/tmp|/dev/shm|\.)(/|:|$)")


def find_in_assignment(name: str, values: tuple[str, ...], reader: "ShellReader") -> Iterator[Finding]:
    """The findings; what is a command is read by the `reader`."""
    if name in ("HISTFILE", "HISTSIZE", "HISTFILESIZE", "SAVEHIST") and {"", "0", "/dev/null"} & set(values):
        yield Finding(CAUTION, "keeps commands out of the shell's history")
    elif name in ("LD_PRELOAD", "DYLD_INSERT_LIBRARIES") and any(values):
        yield Finding(CAUTION, "puts code into other programs")
    elif name == "PATH" and any(_UNSAFE_PATH.match(value) for value in values):
        yield Finding(CAUTION, "lets programs from an open folder stand in for others")
    elif name in ("PROMPT_COMMAND", "BASH_ENV", "ENV", "PAGER", "EDITOR", "GIT_SSH_COMMAND", "PS4", "PS1"):
        for value in values:
            if not is_unknown(value) and ("$" not in value or name == "PROMPT_COMMAND"):
                reader.read(value, State())
