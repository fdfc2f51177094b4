"""What fish's completion files tell of a program's options. They are read, never run.

Those of bash and zsh mostly ask the program itself at TAB; fish's say it all, in lines such as
`complete -c rsync -s v -l verbose -d "Increase verbosity"` (https://fishshell.com/docs/current/cmds/complete.html).
"""

import getopt
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from shellmate.request.manual.pages import Page

SOURCE = "fish"
_SHORT = "c:p:s:l:o:a:d:n:w:C:fFkrxueh"
_LONG = [
    *("command=", "path=", "short-option=", "long-option=", "old-option=", "arguments=", "description=", "condition="),
    *("wraps=", "do-complete=", "no-files", "force-files", "keep-order", "require-parameter", "exclusive", "erase"),
]
_DATA = "/usr/local/share:/usr/share:/opt/homebrew/share"
_MOST_BYTES = 1 << 20
_MOST_LINES = 20  # of one completion: its arguments may go on over several


@dataclass(frozen=True)
class Completion:
    """An option by its `names`; where it is `conditional` it may be one of a command of the program's only, or of
    another variant of the program."""

    names: tuple[str, ...]
    text: str
    takes_argument: bool
    conditional: bool


def find_completions(name: str, variables: Mapping[str, str]) -> list[Completion]:
    """What the first file about a program tells; nothing where there is none, or none that can be read."""
    for folder in _folders(variables) if "/" not in name else ():
        try:
            with (folder / f"{name}.fish").open("rb") as file:
                text = file.read(_MOST_BYTES).decode("utf-8", "replace")
        except (OSError, ValueError):
            continue
        return list(read_completions(text, name))
    return []


def page_from(completions: list[Completion]) -> Page | None:
    """A page of the options that the program has whatever comes behind it; None where there are none."""
    rows = [completion for completion in completions if not completion.conditional]
    lines = [f"  {', '.join(row.names)}{'=ARG' if row.takes_argument else ''}  {row.text}" for row in rows]
    return Page(SOURCE, tuple(lines)) if lines else None


def read_completions(text: str, name: str) -> Iterator[Completion]:
    """The options of a program in a file for fish; what is no plain line about it is passed over."""
    for alone, words in _commands(text):
        try:
            options, _ = getopt.gnu_getopt(words[1:], _SHORT, _LONG)
        except getopt.GetoptError:
            continue
        given = {flag.lstrip("-")[:1] if len(flag) == 2 else flag[2:]: value for flag, value in options}
        if name not in (given.get("c"), given.get("command")):
            continue
        names = (
            *(f"-{value}" for flag, value in options if flag in ("-s", "--short-option", "-o", "--old-option")),
            *(f"--{value}" for flag, value in options if flag in ("-l", "--long-option")),
        )
        if names:
            about = given.get("d") or given.get("description") or ""
            takes = not given.keys().isdisjoint(("r", "x", "require-parameter", "exclusive"))
            conditional = not alone or not given.keys().isdisjoint(("n", "condition"))
            yield Completion(names, " ".join(about.split()), takes, conditional)


def _commands(text: str) -> Iterator[tuple[bool, list[str]]]:
    """The words of each `complete`, which ends where its quotes do, and whether it stands outside of any `if`."""
    lines = text.replace("\\\n", " ").splitlines()
    for at, line in enumerate(lines):
        if not line.lstrip().startswith("complete "):
            continue
        for end in range(at + 1, at + 1 + _MOST_LINES):
            try:
                words = shlex.split("\n".join(lines[at:end]), comments=True)
            except ValueError:
                continue
            yield bool(line[:1].strip()), words
            break


def _folders(variables: Mapping[str, str]) -> Iterator[Path]:
    home = variables.get("HOME", "")
    if configured := variables.get("XDG_CONFIG_HOME") or (home and f"{home}/.config"):
        yield Path(configured, "fish", "completions")
    for data in filter(None, (variables.get("XDG_DATA_DIRS") or _DATA).split(":")):
        yield Path(data, "fish", "vendor_completions.d")
        yield Path(data, "fish", "completions")
