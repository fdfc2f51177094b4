"""Colours for code: one SGR code per character, from pygments' lexers, loaded on first use."""

from collections.abc import Iterable, Iterator
from functools import cached_property
from itertools import groupby
from typing import Any

RESET = "\x1b[0m"

# The 16 colours are the user's own. Of them magenta, cyan and green are legible on dark and on light grounds;
# blue is not on dark ones, yellow is not on light ones, and grey is the background itself in some themes.
MAGENTA, CYAN, GREEN, FAINT = "35", "36", "32", "2"


class Highlighter:
    """Knows the languages "shell" and "python"; any other stays without colours."""

    def __init__(self, language: str) -> None:
        self._language = language

    def colours(self, code: str) -> list[str]:
        """For each character its SGR code, "" for the terminal's own colour."""
        colours = [""] * len(code)
        if self._lexer is None:
            return colours
        for start, kind, value in self._lexer.get_tokens_unprocessed(code + "\n"):
            colour = self._colour_of(kind)
            if colour:
                end = min(start + len(value), len(code))
                colours[start:end] = [colour] * (end - start)
        return colours

    @cached_property
    def _lexer(self) -> Any:
        if self._language == "shell":
            from pygments.lexers.shell import BashLexer

            return BashLexer()
        if self._language == "python":
            from pygments.lexers.python import PythonLexer

            return PythonLexer()
        return None

    def _colour_of(self, kind: Any) -> str:
        while kind is not None:
            if kind in self._theme:
                return self._theme[kind]
            kind = kind.parent
        return ""

    @cached_property
    def _theme(self) -> dict[Any, str]:
        from pygments.token import Comment, Keyword, Name, Number, Operator, String

        return {
            Comment: FAINT,
            Keyword: MAGENTA,
            Operator.Word: MAGENTA,
            Name.Decorator: MAGENTA,
            Name.Builtin: CYAN,
            Name.Function: CYAN,
            Name.Class: CYAN,
            Name.Exception: CYAN,
            Name.Variable: CYAN,
            Number: CYAN,
            String: GREEN,
            String.Escape: CYAN,
            String.Interpol: CYAN,
        }


def paint(cells: Iterable[tuple[str, str]]) -> str:
    """Pairs of text and SGR code as one string. No colour reaches over a line's end, nor over the text's."""
    return "".join(_paint_runs(cells))


def _paint_runs(cells: Iterable[tuple[str, str]]) -> Iterator[str]:
    for colour, run in groupby(cells, key=lambda cell: "" if cell[0] == "\n" else cell[1]):
        text = "".join(text for text, _ in run)
        yield f"\x1b[{colour}m{text}{RESET}" if colour else text
