"""What Tab offers: slash commands and their arguments, and paths."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

from prompt_toolkit.completion import CompleteEvent, Completer, Completion, PathCompleter
from prompt_toolkit.document import Document

from shellmate.repl.slash import COMMANDS, LANGUAGES, quote_name

Names = Mapping[str, Callable[[], Iterable[str]]]

LAST_WORD = re.compile(r"\S*$")
LAST_SHELL_WORD = re.compile(r"(?:[^\s\\]|\\.)*$")
SPECIAL_IN_A_SHELL = re.compile(r"([^\w@%+=:,./~-])")


class MessageCompleter(Completer):
    """`names` has for "model", "prompt" and "session" what gives their names now; paths are those seen from `cwd`."""

    def __init__(self, names: Names, cwd: Path):
        self._names = names
        self._paths = PathCompleter(get_paths=lambda: [str(cwd)], expanduser=True)

    def get_completions(self, document: Document, complete_event: CompleteEvent) -> Iterator[Completion]:
        """What may stand at the cursor; nothing where that cannot be found out."""
        try:
            yield from list(self._complete(document.text_before_cursor))
        except Exception:  # whatever is wrong with a folder, the line can still be typed
            return

    def _complete(self, text: str) -> Iterator[Completion]:
        if text.startswith("!"):
            word = _last(LAST_SHELL_WORD, text[1:])
            yield from self._paths_for(re.sub(r"\\(.)", r"\1", word), word, _escape)
            return
        command = re.fullmatch(r"/(\w*)", text)
        if command:
            yield from _commands(command[1])
            return
        argument = re.fullmatch(r"/(\w+)[ \t]+(.*)", text)
        if argument and argument[1] in COMMANDS:
            yield from self._arguments(COMMANDS[argument[1]].argument, argument[2])
            return
        word = _last(LAST_WORD, text)
        if _looks_like_a_path(word):
            yield from self._paths_for(word, word, str)

    def _arguments(self, kind: str, typed: str) -> Iterator[Completion]:
        names = LANGUAGES if kind == "lang" else self._names[kind]() if kind in self._names else ()
        for name in sorted(name for name in names if name.startswith(typed)):
            yield Completion(name, -len(typed))
        if kind == "file" or (kind == "model" and _looks_like_a_path(typed.lstrip("\"'"))):
            yield from self._paths_for(_unquote(typed), typed, _quote)

    def _paths_for(self, path: str, typed: str, write: Callable[[str], str]) -> Iterator[Completion]:
        """The paths that begin with this one, in place of what was typed for it."""
        for found in self._paths.get_completions(Document(path), CompleteEvent()):
            name = found.display_text
            slash = "/" if name.endswith("/") else ""
            if name.isprintable():
                yield Completion(write(path + found.text + slash), -len(typed), display=name)


def _commands(typed: str) -> Iterator[Completion]:
    for command in COMMANDS.values():
        if command.name.startswith(typed):
            blank = " " if command.argument else ""
            yield Completion(f"/{command.name}{blank}", -len(typed) - 1, command.usage, command.help)


def _looks_like_a_path(word: str) -> bool:
    return "/" in word or word.startswith("~")


def _last(pattern: re.Pattern[str], text: str) -> str:
    found = pattern.search(text)
    return found[0] if found else ""


def _unquote(typed: str) -> str:
    """The name that is being typed, whose closing quote may still be missing."""
    mark = typed[:1]
    if mark not in ("'", '"'):
        return re.sub(r"\\(.)", r"\1", typed)
    inner = typed[1:].removesuffix(mark)
    return inner if mark == "'" else re.sub(r'\\(["\\])', r"\1", inner)


def _quote(path: str) -> str:
    """A folder's closing quote is left to be typed, so that its files can be completed next."""
    quoted = quote_name(path)
    return quoted[:-1] if quoted.endswith('/"') else quoted


def _escape(path: str) -> str:
    return SPECIAL_IN_A_SHELL.sub(r"\\\1", path)
