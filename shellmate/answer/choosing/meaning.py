"""What a command says, whatever way it is written: quotes, blanks and comments are out of the way."""

import re

from shellmate.core.errors import UsageError
from shellmate.request.command.commandline import Token, tokenize

_GLOB = re.compile(r"[*?\[\]{}~]")
_CLUSTER = re.compile(r"-[A-Za-z]{2,}")
_CLUSTERING = frozenset(("cat", "cp", "df", "diff", "du", "grep", "ls", "mv", "rm", "sort", "uniq", "wc"))
_ENDS = frozenset((";", "\n"))


def meaning_of(code: str) -> tuple[str, ...]:
    """The tokens of a shell command, equal for commands that say the same; of text that is no command line, its own
    words. Raises nothing."""
    try:
        tokens = tokenize(code.strip())
    except UsageError:
        return tuple(code.split())
    while tokens and tokens[-1].text in _ENDS:
        tokens.pop()
    said: list[str] = []
    program = ""
    for before, token in zip([None, *tokens], tokens, strict=False):
        if before is None or before.kind == "operator":
            program = token.text
        said += _texts_of(token, program in _CLUSTERING)
    return tuple(said)


def _texts_of(token: Token, clusters: bool) -> list[str]:
    word = token.word
    if word is None:
        return [";" if token.text == "\n" else token.text]
    text = word.raw if word.variables or word.commands else word.value
    if _GLOB.search(word.value) and not _GLOB.search(word.bare):
        text = f"'{word.value}'"  # what the shell leaves alone is another thing than what it expands
    if token.kind == "redirection":
        return [token.text, text]
    if clusters and _CLUSTER.fullmatch(text):
        return [f"-{letter}" for letter in text[1:]]
    return [text]
