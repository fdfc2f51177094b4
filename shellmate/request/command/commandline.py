"""A shell command line, cut into words, operators and redirections. It is only read: nothing is expanded or run."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from shellmate.core.errors import UsageError

MOST_CHARACTERS = 10_000
WORD, OPERATOR, REDIRECTION, TEST = "word", "operator", "redirection", "test"
_OPERATOR = re.compile(r"\|\||&&|\|&|;;&|;;|;&|[|&;()\n]")
_REDIRECTION = re.compile(
    r"(?P<fd>\d+|\{[A-Za-z_]\w*\})?(?P<how><<<|<<-?|<>|<&|>&|>>|>\||<(?!\()|>(?!\())|(?P<both>&>>?)"
)
_BREAKS_WORD = frozenset(" \t\n|&;()<>")
_VARIABLE = re.compile(r"\$(?:\{[#!]?)?([A-Za-z_]\w*|[0-9@*#?$!-])")
_CLOSERS = {"$(": ")", "${": "}", "<(": ")", ">(": ")"}


@dataclass(frozen=True)
class Word:
    """`raw` is the word as it was written, `at` its offset in characters, `value` what it is without its quotes, `bare`
    the part outside of quotes. `variables` are those it takes a value from, `commands` the text of each command inside,
    behind its opening such as `$(`."""

    raw: str
    value: str
    bare: str = ""
    variables: tuple[str, ...] = ()
    commands: tuple[tuple[str, str], ...] = ()
    at: int = 0


@dataclass(frozen=True)
class Token:
    """`text` is the operator, the redirection without its target, the word or the whole test; it stands from `at` to
    `end`, offsets in characters, the target included."""

    kind: str
    text: str
    at: int
    end: int
    word: Word | None = None


def tokenize(text: str) -> list[Token]:
    """The tokens of a command line in order, without comments and the bodies of here-documents.

    Raises UsageError where a quote or a bracket is not closed, a redirection has no target, or the text is too long.
    """
    if len(text) > MOST_CHARACTERS:
        raise UsageError(f"that is no command line: it has more than {MOST_CHARACTERS:,} characters")
    return list(_Reader(text).tokens())


class _Reader:
    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._here_documents: list[tuple[str, bool]] = []  # the words that end them; whether tabs before them count

    def tokens(self) -> Iterator[Token]:
        text = self._text
        while self._skip_blanks():
            start = self._at
            if text.startswith("((", start) and text.startswith("))", end := _end_of(text, start + 2, ")") - 1):
                self._at = end + 2
                yield Token(TEST, text[start : self._at], start, self._at)
            elif found := _REDIRECTION.match(text, start):
                yield self._redirection(found)
            elif found := _OPERATOR.match(text, start):
                self._at = found.end()
                if found[0] == "\n":
                    self._skip_here_documents()
                yield Token(OPERATOR, found[0], start, found.end())
            else:
                word = self._word()
                if word.raw == "[[":
                    self._skip_test(start)
                    yield Token(TEST, text[start : self._at], start, self._at)
                else:
                    yield Token(WORD, word.raw, start, self._at, word)

    def _skip_blanks(self) -> bool:
        """Whether anything is left behind blanks, continued lines and comments."""
        text = self._text
        while self._at < len(text):
            if text[self._at] in " \t\r":
                self._at += 1
            elif text.startswith("\\\n", self._at):
                self._at += 2
            elif text[self._at] == "#":
                self._at = _find(text, "\n", self._at)
            else:
                return True
        return False

    def _redirection(self, found: re.Match[str]) -> Token:
        self._at = found.end()
        while self._text[self._at : self._at + 1] in (" ", "\t"):
            self._at += 1
        word = self._word()
        if not word.raw:
            raise UsageError(f"nothing stands behind {found[0]}")
        if found["how"] in ("<<", "<<-"):
            self._here_documents.append((word.value, found["how"] == "<<-"))
        return Token(REDIRECTION, found[0], found.start(), self._at, word)

    def _skip_here_documents(self) -> None:
        for delimiter, tabs in self._here_documents:
            while self._at < len(self._text):
                end = _find(self._text, "\n", self._at)
                line, self._at = self._text[self._at : end], end + 1
                if (line.lstrip("\t") if tabs else line) == delimiter:
                    break
        self._here_documents = []

    def _skip_test(self, start: int) -> None:
        while self._at < len(self._text):
            if found := re.compile(r"\s\]\](?=[\s;&|)]|$)").match(self._text, self._at):
                self._at = found.end()
                return
            self._at = _after_quoted(self._text, self._at)
        raise UsageError(f"the [[ at character {start + 1} is not closed")

    def _word(self) -> Word:
        """The word that begins here, empty where none does."""
        text, start = self._text, self._at
        value, bare, quoted = "", "", ""
        variables: list[str] = []
        commands: list[tuple[str, str]] = []
        while self._at < len(text):
            char, opening = text[self._at], text[self._at : self._at + 2]
            before = self._at
            if char == "`" or (opening in _CLOSERS and (char == "$" or not quoted)):
                self._note_expansion(variables, commands)
                value += text[before : self._at]
            elif quoted:
                self._at += 1
                if char == '"':
                    quoted = ""
                elif char == "\\" and text[self._at : self._at + 1] in ('"', "\\", "$", "`"):
                    value += text[self._at]
                    self._at += 1
                else:
                    value += char
                    self._note_variable(before, variables)
            elif char == '"' or opening == '$"':
                quoted, self._at = '"', before + (1 if char == '"' else 2)
                _end_of(text, self._at, '"')
            elif char == "'" or opening == "$'":
                self._at = _after_quoted(text, before)
                value += text[before + (1 if char == "'" else 2) : self._at - 1]
            elif char == "\\":
                self._at = min(before + 2, len(text))
                value += text[before + 1 : self._at].replace("\n", "")
            elif char == "(" and bare.endswith("=") and before > start:  # an array: a=(b c)
                self._at = _end_of(text, before + 1, ")")
                value += text[before : self._at]
            elif char in _BREAKS_WORD:
                break
            else:
                self._at += 1
                value, bare = value + char, bare + char
                self._note_variable(before, variables)
        return Word(text[start : self._at], value, bare, tuple(dict.fromkeys(variables)), tuple(commands), start)

    def _note_expansion(self, variables: list[str], commands: list[tuple[str, str]]) -> None:
        text, start = self._text, self._at
        opening = "`" if text[start] == "`" else text[start : start + 2]
        self._at = _end_of(text, start + len(opening), _CLOSERS.get(opening, "`"))
        inside = text[start + len(opening) : self._at - 1]
        if opening == "${":
            self._note_variable(start, variables)
        elif opening == "$(" and inside.startswith("(") and inside.endswith(")"):
            commands.append(("$((", inside[1:-1]))
        else:
            commands.append((opening, inside))

    def _note_variable(self, at: int, variables: list[str]) -> None:
        if found := _VARIABLE.match(self._text, at):
            variables.append(found[1])


def _after_quoted(text: str, at: int) -> int:
    """The offset behind the character or the quoted text that begins at `at`."""
    if text[at] == "\\":
        return min(at + 2, len(text))
    if text[at] == '"':
        return _end_of(text, at + 1, '"')
    if text.startswith("$'", at):
        return _end_of(text, at + 2, "$'")
    if text[at] == "'":
        return _end_of(text, at + 1, "'")
    return at + 1


def _end_of(text: str, at: int, closer: str) -> int:
    """The offset behind the closer of what was opened before `at`. Raises UsageError where it is not closed."""
    begun, open_ones = at, [closer]
    while at < len(text):
        char, opening, inner = text[at], text[at : at + 2], open_ones[-1]
        at += 1
        if inner in ("'", "$'"):
            if char == "'":
                open_ones.pop()
            elif char == "\\" and inner == "$'":
                at += 1
        elif char == inner:
            open_ones.pop()
        elif char == "\\":
            at += 1
        elif opening in ("$(", "${"):
            open_ones.append(_CLOSERS[opening])
            at += 1
        elif char == "`":
            open_ones.append("`")
        elif inner != '"':
            if opening == "$'":
                open_ones.append("$'")
                at += 1
            elif char in "'\"(":
                open_ones.append(")" if char == "(" else char)
        if not open_ones:
            return at
    opened = {")": "bracket", "}": "${"}.get(closer, "quote")
    raise UsageError(f"the {opened} at character {max(begun, 1)} is not closed")


def _find(text: str, what: str, at: int) -> int:
    found = text.find(what, at)
    return len(text) if found < 0 else found
