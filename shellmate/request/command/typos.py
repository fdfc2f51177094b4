"""Misspelt names in a command that failed: of programs, of their commands, of files that were to be read."""

import difflib
import os
import re
from collections.abc import Callable, Iterable
from pathlib import Path

from shellmate.request.command.shellnames import BUILTINS, KEYWORDS

_WORD = re.compile(r"[^\s|;&<>()\"'`$\\]+")
_BEGINS_COMMAND = re.compile(
    r"(?:^|[|;&(]|\b(?:sudo|xargs|time|env|nohup|do|then|else|elif|if|while|until)\s|^(?:\s*\w+=\S*\s)+)\s*$"
)
_ASSIGNMENT = re.compile(r"\w+=")
_NAME = re.compile(r"[a-z][a-z-]+")
_READ_FILES = frozenset(("cat", "cd", "head", "less", "ls", "tail"))
NOT_FOUND = 127  # the exit status of a command that there is not
_CLOSE = 0.75  # of difflib's ratio: one letter of four or five is another
_SHORTEST = 3
_MANY = 8  # so many manual pages named program-something are of its commands; fewer are of programs beside it


def mend_names(command: str, status: int, path: str, cwd: Path) -> str:
    """The command with the names that are there in place of those that are not: of programs where the status says that
    there is none, else of commands such as git's, and of files that were to be read, never of what is written or
    deleted. The same text where none is alike.

    `path` is the PATH of programs. Nothing is run, nothing is read but the names in folders.
    """
    programs = _programs(path)

    def mend_program(word: str, *_: object) -> str:
        return word if "/" in word or word in programs else _find_alike(word, programs) or word

    def mend_other(word: str, program: str, is_first: bool) -> str:
        if program in _READ_FILES and not word.startswith("-"):
            return word if (cwd / os.path.expanduser(word)).exists() else _mend_path(word, cwd) or word
        if not is_first or not _NAME.fullmatch(word):
            return word
        commands = _commands_of(program, path)
        return word if word in commands else _find_alike(word, commands) or word

    if status == NOT_FOUND:
        return _replace_words(command, mend_program, programs=True)
    return command if ">" in command else _replace_words(command, mend_other, programs=False)


def _replace_words(command: str, mend: Callable[[str, str, bool], str], programs: bool) -> str:
    """The command with its programs' names, or else its other words, replaced; `mend` takes a word, its program, and
    whether it is the first behind that."""
    mended, end, program, is_first = [], 0, "", False
    for found in _WORD.finditer(command):
        word = found[0]
        if _ASSIGNMENT.match(word):
            continue
        begins = _BEGINS_COMMAND.search(command[: found.start()]) is not None
        program = word if begins else program
        mended += [command[end : found.start()], mend(word, program, is_first) if begins == programs else word]
        end, is_first = found.end(), begins
    return "".join([*mended, command[end:]])


def _programs(path: str) -> set[str]:
    names = {*BUILTINS, *KEYWORDS, "end"}  # end is fish's
    for folder in path.split(os.pathsep):
        names.update(_entries(Path(folder)) if folder else ())
    return names


def _commands_of(program: str, path: str) -> set[str]:
    """The commands of a program that has a manual page for each of them, as git has."""
    pages = [
        name for folder in path.split(os.pathsep) if folder for name in _entries(Path(folder, "../share/man/man1"))
    ]
    names = {page.removeprefix(f"{program}-").partition(".")[0] for page in pages if page.startswith(f"{program}-")}
    return names if len(names) >= _MANY else set()


def _mend_path(word: str, cwd: Path) -> str:
    """The path with each part that is not there replaced by one that is, empty where a part has none alike."""
    place, parts = (Path("/"), ["/"]) if word.startswith("/") else (cwd, [])
    for part in [part for part in word.split("/") if part]:
        is_there = part in (".", "..", "~") or (place / part).exists()
        better = part if is_there else _find_alike(part, _entries(place))
        if not better:
            return ""
        place = Path.home() if better == "~" else place / better
        parts.append(better)
    return os.path.join(*parts) + ("/" if word.endswith("/") else "") if parts else ""


def _entries(folder: Path) -> list[str]:
    try:
        return os.listdir(folder)
    except OSError:
        return []


def _find_alike(name: str, names: Iterable[str]) -> str:
    """The one that is most alike, first of all one of the same letters in another order; empty where none is."""
    names = sorted(names)
    swapped = [other for other in names if sorted(other) == sorted(name)]
    if len(name) < _SHORTEST:
        return swapped[0] if swapped else ""
    close = difflib.get_close_matches(name, names, n=1, cutoff=_CLOSE)
    return (difflib.get_close_matches(name, swapped, n=1, cutoff=0) or close or [""])[0]
