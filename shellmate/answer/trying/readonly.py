"""Whether a command only reads, by its syntax and a list of tools that are known to. In doubt it does not."""

import re
from collections.abc import Callable, Sequence

from shellmate.core.errors import UsageError
from shellmate.request.command.commandline import OPERATOR, Token, Word
from shellmate.request.command.simplecommands import COMMAND, Item, assigned_variable, read_items

# Whatever their options, they write nothing but their output and start nothing.
_HARMLESS = """
[ arch base32 base64 basename cat cksum cmp column comm cut df diff dirname du echo egrep expand expr false fgrep fmt
fold free getent grep groups head id join locale ls lscpu md5sum nl nproc numfmt od paste printf ps pwd readlink
realpath rev seq sha1sum sha224sum sha256sum sha384sum sha512sum stat strings sum tac tail test tr true tty type uname
unexpand uptime wc which whoami
"""
_BETWEEN = frozenset(("|", "&&", "||", ";", "\n"))
_DEEPEST = 8
_KNOWN_VARIABLES = frozenset(("HOME", "PWD", "USER"))
_EXPANDS = re.compile(r"[{*?\[]")
_FIND_ACTS = re.compile(r"-(exec|ok|delete|fprint|fls)")
_SORT_WRITES = re.compile(r"-[A-Za-z]*[oT].*|--(o|c(?!heck)|t).*")
_AWK_ACTS = re.compile(r"system|getline|\||@|close|print[^;}]*>")
_SED_ADDRESS = r"(?:\d+|\$|/(?:[^/\\]|\\.)*/)"
_SED_TEXT = r"(?:(?!\1)[^\\]|\\.)*\1"
_SED_COMMAND = rf"(?:{_SED_ADDRESS}(?:,{_SED_ADDRESS})?!?)?\s*(?:[pdqQ=nN]|s([/|#,:]){_SED_TEXT}{_SED_TEXT}[gpI\d]*)"
_SED_SCRIPT = re.compile(rf"\s*{_SED_COMMAND}\s*")
_SED_OPTIONS = re.compile(r"-[nErsz]+|--(quiet|silent|regexp-extended|null-data)")
_XARGS_OPTIONS = re.compile(r"-0|-r|-n ?\d+|-[nLP]\d+|--null|--no-run-if-empty|-d.+|-I\S+|-t")
_XARGS_TAKE = frozenset(("-n", "-I", "-d", "-L", "-P"))


def only_reads(code: str, depth: int = 0) -> bool:
    """Whether a bash command line can do nothing but read and print. Raises nothing."""
    if depth > _DEEPEST:
        return False
    try:
        items = read_items(code)
    except (UsageError, RecursionError):
        return False
    return bool(items) and all(_item_reads(item, depth) for item in items)


def _item_reads(item: Item, depth: int) -> bool:
    if item.kind == OPERATOR:
        return item.text in _BETWEEN
    if item.kind != COMMAND or not item.words:
        return False
    return all(_redirection_reads(token, depth) for token in item.redirections) and _words_read(item.words, depth)


def _redirection_reads(token: Token, depth: int) -> bool:
    if token.word is None or not _word_reads(token.word, depth):
        return False
    if token.text in ("<", "<<<"):
        return True
    return token.word.value == "/dev/null" or (token.text in ("2>&", ">&", "1>&") and token.word.value in ("1", "2"))


def _words_read(words: Sequence[Word], depth: int) -> bool:
    program, rest = words[0], words[1:]
    if program.raw != program.value or assigned_variable(program) or not all(_word_reads(w, depth) for w in rest):
        return False
    if program.value in _HARMLESS.split():
        return True
    # What a shell expands to words of its own may be any option.
    if program.value not in _JUDGES or any(word.bare.startswith("-") and _EXPANDS.search(word.bare) for word in rest):
        return False
    if any(word.variables or word.commands or _EXPANDS.match(word.bare) for word in rest):
        return False
    return _JUDGES[program.value](rest, depth)


def _word_reads(word: Word, depth: int) -> bool:
    if not set(word.variables) <= _KNOWN_VARIABLES:
        return False
    return all(opening != ">(" and (opening == "$((" or only_reads(code, depth + 1)) for opening, code in word.commands)


def _awk_reads(words: Sequence[Word], depth: int) -> bool:
    values = [word.value for word in words]
    while values and (values[0].startswith("-F") or values[0] == "-v"):
        del values[: 2 if values[0] in ("-F", "-v") else 1]
    return bool(values) and not values[0].startswith("-") and not _AWK_ACTS.search(values[0])


def _date_reads(words: Sequence[Word], depth: int) -> bool:
    values = [word.value for word in words]
    return all(v.startswith(("+", "-")) or values[at - 1] in ("-d", "-r") for at, v in enumerate(values)) and not any(
        re.match(r"-\w*s|--s", v) for v in values
    )


def _find_reads(words: Sequence[Word], depth: int) -> bool:
    return not any(_FIND_ACTS.match(word.value) for word in words)


def _sed_reads(words: Sequence[Word], depth: int) -> bool:
    values = [word.value for word in words]
    options = [value for value in values if value.startswith("-")]
    if not all(_SED_OPTIONS.fullmatch(option) for option in options):
        return False
    script = next((value for value in values if not value.startswith("-")), "")
    return bool(script) and all(_SED_SCRIPT.fullmatch(command) for command in script.split(";"))


def _sort_reads(words: Sequence[Word], depth: int) -> bool:
    return not any(_SORT_WRITES.fullmatch(word.value) for word in words)


def _uniq_reads(words: Sequence[Word], depth: int) -> bool:
    return len([word for word in words if not word.value.startswith("-")]) < 2


def _xargs_read(words: Sequence[Word], depth: int) -> bool:
    rest = list(words)
    while rest and rest[0].value.startswith("-"):
        option = rest.pop(0).value
        if option in _XARGS_TAKE:
            rest = rest[1:]
        elif not _XARGS_OPTIONS.fullmatch(option):
            return False
    # What it reads becomes arguments, so nothing that has an option to act may be run by it.
    return bool(rest) and rest[0].raw in _HARMLESS.split()


_JUDGES: dict[str, Callable[[Sequence[Word], int], bool]] = {
    "awk": _awk_reads,
    "date": _date_reads,
    "find": _find_reads,
    "sed": _sed_reads,
    "sort": _sort_reads,
    "uniq": _uniq_reads,
    "xargs": _xargs_read,
}
