"""The tokens of a command line put together: simple commands, and what stands between them."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from shellmate.request.command.commandline import OPERATOR, REDIRECTION, TEST, WORD, Token, Word, tokenize
from shellmate.request.command.shellnames import KEYWORDS

COMMAND, KEYWORD, PATTERN, FUNCTION = "command", "keyword", "pattern", "function"
_ASSIGNMENT = re.compile(r"([A-Za-z_]\w*)(\[[^\]]*\])?\+?=")


@dataclass(frozen=True)
class Item:
    """`kind` is command, keyword, pattern, function, test or operator; `redirections` are a command's, as tokens."""

    kind: str
    text: str
    words: tuple[Word, ...] = ()
    redirections: tuple[Token, ...] = ()


def read_items(text: str) -> list[Item]:
    """What a command line consists of, in order. Raises UsageError where it cannot be read."""
    return _Grouping(text).items()


def first_program(text: str) -> str:
    """The name that a command line begins with, as far as it has to be a program; empty where it need not. Raises
    UsageError where the text is no command line."""
    for item in read_items(text):
        if item.kind in (KEYWORD, FUNCTION, TEST):
            return ""
        names = [word for word in item.words if not assigned_variable(word)]
        if names:
            return "" if names[0].variables or names[0].commands else names[0].value
        if item.words or item.redirections:
            return ""
    return ""


def assigned_variable(word: Word) -> str:
    """The variable that a word in front of a command sets; empty where it sets none."""
    found = _ASSIGNMENT.match(word.bare)
    return found[1] if found and word.raw.startswith(found[0]) else ""


class _Grouping:
    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens = tokenize(text)
        self._next = 0
        self._items: list[Item] = []
        self._words: list[Word] = []
        self._redirections: list[Token] = []
        self._cases = 0
        self._pattern_is_next = False

    def items(self) -> list[Item]:
        while self._next < len(self._tokens):
            token = self._tokens[self._next]
            if self._pattern_is_next and token.text not in ("\n", "esac"):
                self._take(PATTERN, lambda t: t.kind == OPERATOR and t.text == ")", including=True)
                self._pattern_is_next = False
            elif token.kind == REDIRECTION:
                self._redirections.append(token)
                self._next += 1
            elif token.kind == WORD and not self._words and token.text in KEYWORDS:
                self._keyword(token.text)
            elif token.kind == WORD and not self._words and self._texts_behind(2) == ["(", ")"]:
                self._take_tokens(FUNCTION, 3)
            elif token.kind == WORD and token.word:
                self._words.append(token.word)
                self._next += 1
            else:
                self._end_command()
                self._separator(token)
        self._end_command()
        return self._items

    def _separator(self, token: Token) -> None:
        self._next += 1
        if token.text in (";;", ";&", ";;&") and self._cases:
            self._pattern_is_next = True
        if token.kind == TEST or token.text != "\n":
            self._items.append(Item(token.kind, token.text))

    def _keyword(self, keyword: str) -> None:
        self._end_command()
        if keyword in ("for", "select"):
            self._take(KEYWORD, lambda t: t.text in (";", "\n", "do", "{"))
        elif keyword == "case":
            self._take(KEYWORD, lambda t: t.text == "in", including=True)
            self._cases += 1
            self._pattern_is_next = True
        elif keyword == "function":
            self._take(FUNCTION, lambda t: t.text in ("{", "\n"))
        else:
            if keyword == "esac":
                self._cases, self._pattern_is_next = max(self._cases - 1, 0), False
            self._take_tokens(KEYWORD, 2 if keyword == "time" and self._texts_behind(1) == ["-p"] else 1)

    def _take(self, kind: str, ends: Callable[[Token], bool], including: bool = False) -> None:
        """The tokens up to the one that ends them as one item; one token at the least."""
        left = range(self._next + 1, len(self._tokens))
        end = next((at for at in left if ends(self._tokens[at])), len(self._tokens) - including)
        self._take_tokens(kind, end - self._next + including)

    def _take_tokens(self, kind: str, count: int) -> None:
        taken = self._tokens[self._next : self._next + count]
        self._next += count
        self._items.append(Item(kind, self._text[taken[0].at : taken[-1].end]))

    def _texts_behind(self, count: int) -> Sequence[str]:
        return [token.text for token in self._tokens[self._next + 1 : self._next + 1 + count]]

    def _end_command(self) -> None:
        if self._words or self._redirections:
            raw = " ".join(word.raw for word in self._words)
            self._items.append(Item(COMMAND, raw, tuple(self._words), tuple(self._redirections)))
        self._words, self._redirections = [], []
