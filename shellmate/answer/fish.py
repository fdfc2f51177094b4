"""Commands written for bash, as fish takes them: most of them as they are, some spelled otherwise, the rest by bash.

What fish cannot parse is the lesser part of it. Some of bash's language it parses and reads as something else:
`echo {1..3}` prints {1..3}, and `date +%F` in backquotes is a text.
"""

import re
from collections.abc import Iterator
from itertools import pairwise

from shellmate.answer.check import check_syntax
from shellmate.core.errors import UsageError
from shellmate.request.command.commandline import OPERATOR, TEST, Word, tokenize
from shellmate.request.command.simplecommands import COMMAND, Item, assigned_variable, read_items

# Builtins and keywords of bash that fish has not, or has for something else.
_BASH_ALONE = frozenset(
    ("caller", "compgen", "compopt", "declare", "enable", "fc", "getopts", "hash", "let", "local", "mapfile",
     "readarray", "readonly", "shift", "shopt", "times", "typeset", "unalias", "unset", "until", "{", "}")
)  # fmt: skip
_BASH_VARIABLES = re.compile(
    r"[0-9@*#?!-]|BASH\w*|FUNCNAME|GROUPS|HOSTNAME|HOSTTYPE|IFS|LINENO|MACHTYPE|OLDPWD|OPTARG|OPTIND|OSTYPE"
    r"|PIPESTATUS|PPID|RANDOM|SECONDS|UID"
)
_BASH_OPTIONS = {
    "[": r"==|-v|=~", "test": r"==|-v|=~", "read": r"-[a-z]*[adeinNptu].*", "printf": "-v|.*%q.*",
    "set": r"[-+][a-zA-Z]*[uo]|[-+]x|--", "trap": "-p", "type": "-p",
}  # fmt: skip
_PRINTS_ONE_LINE = re.compile(r"\s*(?:pidof|pkg-config|\w+-config)\b")  # which bash splits at blanks
_RANGE = re.compile(r"\{-?\w+\.\.-?\w+(?:\.\.-?\d+)?\}")
_BRACKETS = re.compile(r"\[[^\]]+\]")
_PIECE = re.compile(r"""'[^']*'|"(?:\\.|[^"\\])*"|\\.|[^'"\\]+|.""", re.DOTALL)
_ESCAPE = re.compile(r"\\[abcefnrtuvxUX0-7]")
_SPELLED = (
    (re.compile(r"\$\?(?!\w)"), "$status"),
    (re.compile(r"\$\$(?!\w)"), "$fish_pid"),
    (re.compile(r"\$!(?!\w)"), "$last_pid"),
)
# What is meant for the program, and bash hands on as it is where no file is named so: fish ends there.
_TAKES_PATTERN = re.compile(r"-i?(?:name|path|wholename|lname)|--?(?:include|exclude)\S*")
_PATTERN = re.compile(r"(?P<name>--?[\w-]+=|[\w@.-]+:)?(?P<pattern>[\w.,:/@%+*?-]*[*?][\w.,:/@%+*?-]*)")
_UNSET = re.compile(r"(^|[;&|]\s*|\n\s*)unset\s+(?=[A-Za-z_])")


def suits_fish(code: str) -> bool:
    """Whether fish takes the code, and for what bash takes it for. Raises nothing."""
    return check_syntax("shell", code, "fish").valid and not reads_otherwise(code)


def spell_for_fish(code: str) -> str:
    """The code as fish does what bash does with it: as it is, in fish's words, or handed to bash. What only fish can
    parse, or neither can, is left as it is."""
    if suits_fish(code) or not check_syntax("shell", code, "bash").valid:
        return code
    spelled = _spell(code)
    if spelled != code and suits_fish(spelled):
        return spelled
    quoted = code.replace("\\", "\\\\").replace("'", "\\'")
    return f"bash -c '{quoted}'"


def reads_otherwise(code: str) -> bool:
    """Whether there is something in code, which fish may well parse, that means in fish not what it means in bash."""
    try:
        tokens, items = tokenize(code), read_items(code)
    except UsageError:
        return False
    return (
        any(token.kind == TEST or (token.kind == OPERATOR and token.text == "(") for token in tokens)
        or any(_is_otherwise(token.word) for token in tokens if token.word)
        or any(_patterns(items))
        or any(_calls_bash(item) for item in items)
    )


def _is_otherwise(word: Word) -> bool:
    commands = [text for opening, text in word.commands if opening == "$("]
    return (
        len(commands) < len(word.commands)
        or any(_BASH_VARIABLES.fullmatch(name) for name in word.variables)
        or _RANGE.search(word.bare) is not None
        or _BRACKETS.search(word.bare) is not None
        or any(_is_other_text(piece) for piece in _pieces(word))
        or any(_PRINTS_ONE_LINE.match(text) or reads_otherwise(text) for text in commands)
    )


def _pieces(word: Word) -> Iterator[str]:
    return (found[0] for found in _PIECE.finditer(word.raw)) if not word.commands else iter(())


def _is_other_text(piece: str) -> bool:
    """A backslash escapes itself and the quote within single quotes in fish, no backquote within double ones, and
    outside it makes control characters of letters."""
    if piece.startswith("'"):
        return "\\\\" in piece or piece.endswith("\\'")
    if piece.startswith('"'):
        return "\\`" in piece
    return _ESCAPE.fullmatch(piece) is not None


def _calls_bash(item: Item) -> bool:
    """Whether fish has no such command, or not with these options."""
    if item.kind != COMMAND or not item.words:
        return item.text.split(" ")[0] in _BASH_ALONE
    words = [word for word in item.words if not assigned_variable(word)]
    if any("+=" in word.bare for word in item.words if assigned_variable(word)):
        return True
    name, values = words[0].value if words else "", [word.value for word in words[1:]]
    options = _BASH_OPTIONS.get(name)
    if name in _BASH_ALONE or (name == "set" and values == ["-e"]):  # with a name behind it, it is fish's `unset`
        return True
    return bool(options and any(re.fullmatch(options, value, re.DOTALL) for value in values))


def _patterns(items: list[Item]) -> Iterator[tuple[Word, str]]:
    """The words that are patterns for a program and not quoted, with themselves as they are in quotes."""
    for item in items:
        for before, word in pairwise(item.words):
            found = _PATTERN.fullmatch(word.raw)
            if found and (found["name"] or _TAKES_PATTERN.fullmatch(before.raw)):
                yield word, f"{found['name'] or ''}'{found['pattern']}'"


def _spell(code: str) -> str:
    """The code with what has another name in fish, and keeps its place there."""
    pieces = (found[0] for found in _PIECE.finditer(_spell_words(code)))
    return "".join(piece if piece[0] in "'\\" else _spell_piece(piece) for piece in pieces)


def _spell_piece(piece: str) -> str:
    for pattern, other in _SPELLED:
        piece = pattern.sub(other, piece)
    return piece if piece.startswith('"') else _UNSET.sub(r"\1set -e ", piece).replace("|&", "&|")


def _spell_words(code: str) -> str:
    """Patterns in quotes, and where there is nothing but one assignment in a command, that in fish's way."""
    try:
        items = read_items(code)
    except UsageError:
        return code
    spelled = {word.at: (word, other) for word, other in _patterns(items)}
    for item in items:
        word = item.words[0] if len(item.words) == 1 and not item.redirections else None
        if word and assigned_variable(word) and "+=" not in word.bare and "=(" not in word.raw:
            name, _, value = word.raw.partition("=")
            spelled[word.at] = word, f"set {name} " + (value or "''")
    for at, (word, other) in sorted(spelled.items(), reverse=True):
        code = code[:at] + other + code[at + len(word.raw) :]
    return code
