"""What a command that parses does wrong all the same, whatever it was meant to do."""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from shellmate.core.errors import UsageError
from shellmate.request.command.commandline import OPERATOR, Word
from shellmate.request.command.simplecommands import COMMAND, Item, assigned_variable, read_items

_HASHES = re.compile(r"(md5|sha\d+|b2|ck|b3)sum")
# They take no notice of what is piped to them.
_DEAF = "basename chmod chown cp date df dirname du echo file find kill ls mkdir mv printf pwd rm rmdir touch"
_ARCHIVE = re.compile(r"\.(tar|tgz|tbz2?|txz|tzst|tar\.\w+|gz|xz|bz2|zst|zip|cpio|rpm|deb|gem|crate)$", re.IGNORECASE)
_READERS = (["read"], ["mapfile"], ["readarray"], ["printf"], ["getopts"])
_EXTENSION = re.compile(r"\.[a-z]\w{0,3}$")
_NAMED = re.compile(r"-i?name$")
_REGULAR = re.compile(r"\\\.|\.[*+]\\?\.\w|\w\$$|^\^")
_RUNS = re.compile(r"-(exec|ok)(dir)?$")


def slips_in(words: str, code: str) -> list[str]:
    """The slips in a shell command, told in words; `words` are the question's. Raises nothing."""
    try:
        items = read_items(code)
    except (UsageError, RecursionError):
        return []
    return list(dict.fromkeys([*_between_commands(items), *_in_commands(items), *_in_variables(items, words)]))


def _between_commands(items: Sequence[Item]) -> Iterator[str]:
    commands = [(item, _words(item)) for item in items]
    for (_, first), (pipe, _), (right, second) in zip(commands, commands[1:], commands[2:], strict=False):
        if pipe.kind != OPERATOR or pipe.text not in ("|", "|&") or not first or not second:
            continue
        program = second[0]
        if (
            program in _DEAF.split()
            and not any(word.commands for word in right.words)
            and not {"-", "--files0-from=-"} & set(second)
        ):
            yield f"{program} does not read what is piped to it"
        if first[0] in ("find", "ls") and _HASHES.fullmatch(program):
            yield f"{program} takes the names for what is in the files"
        if program == "sort":
            yield from _in_sorting(first, second[1:])


def _in_sorting(first: Sequence[str], options: Sequence[str]) -> Iterator[str]:
    letters = "".join(option[1:] for option in options if re.fullmatch(r"-[a-zA-Z]+", option))
    numeric = bool(re.search(r"[nhg]", letters))
    by_field = any(option.startswith(("-k", "--key")) for option in options)
    said = " ".join(first)
    if numeric and not by_field and re.search(r"\bls -\w*l", said):
        yield "sort takes the first field of ls -l for a number"
    if "h" in letters and not by_field and first[0] == "ls" and not re.search(r" -\w*[los]|--size|--format", said):
        yield "ls gives no sizes to sort by"
    if numeric and not by_field and first[0] == "find" and not re.search(r" -(printf|exec|execdir|ls)\b", said):
        yield "sort takes the beginning of a path for a number"
    if "h" not in letters and numeric and re.search(r"\b(du|df) (\S+ )*-\w*h", said):
        yield "sort -n does not know sizes such as 2K"
    if first[0] == "wc" and len([word for word in first[1:] if not word.startswith("-")]) == 0 and "-l" in first:
        yield "there is but one number to sort"


def _in_commands(items: Sequence[Item]) -> Iterator[str]:
    for at, item in enumerate(items):
        words = _words(item)
        if not words:
            continue
        piped = at > 0 and items[at - 1].kind == OPERATOR and items[at - 1].text in ("|", "|&")
        following = items[at + 1].text if at + 1 < len(items) else ""
        match words[0]:
            case "find":
                yield from _in_find(item.words, words)
            case "tar" | "unzip" | "gunzip" | "bunzip2" | "unxz":
                yield from _in_unpacking(words)
            case "gzip" | "bzip2" | "xz" | "zstd" if not item.redirections and following != "|":
                letters = "".join(word for word in words[1:] if re.fullmatch(r"-\w+", word))
                if "c" in letters and "d" not in letters:
                    yield f"{words[0]} -c writes to the screen"
            case "cp" | "mv" if len(_operands(words)) < 2 and not piped and "-t" not in words and not _expands(item):
                yield f"{words[0]} is told only one place"
            case "curl" | "wget" if _saves(words) and any(token.text in (">", ">>") for token in item.redirections):
                yield f"{words[0]} saves what it gets to a file of its own"
            case "ping" if not any(re.match(r"-\w*[cw]", word) for word in words[1:]):
                yield "ping does not end"
        if any(word.value.startswith("~/") and word.raw[:1] in "'\"" for word in item.words[1:]):
            yield "a ~ in quotes is no home"


def _in_find(words: Sequence[Word], values: Sequence[str]) -> Iterator[str]:
    for at, value in enumerate(values):
        if _RUNS.match(value):
            rest = values[at + 1 :]
            end = next((n for n, word in enumerate(rest) if word == ";" or (word == "+" and rest[n - 1] == "{}")), -1)
            if end < 0:
                yield f"{value} has no end: it takes \\; or {{}} +"
            return
    for one, other in pairwise(at for at, value in enumerate(values) if _NAMED.match(value)):
        if not {"-o", "-or", "!", "-not", ",", "("} & set(values[one - 1 : other + 1]):
            yield "no name matches both patterns"
    for option, value in pairwise(values):
        if _NAMED.match(option) and "/" in value.rstrip("/"):
            yield f"{option} knows no slashes"
        if _NAMED.match(option) and _REGULAR.search(value):
            yield f"{option} takes a pattern of the shell's, no regular expression"


def _in_unpacking(values: Sequence[str]) -> Iterator[str]:
    if values[0] == "tar" and not any(re.match(r"-?\w*x", value) for value in values[1:2]):
        return
    operand = next((v for v in values[1:] if _EXTENSION.search(v.lower())), "")
    if operand and not _ARCHIVE.search(operand):
        yield f"{operand} is no archive by its name"


def _in_variables(items: Sequence[Item], words: str) -> Iterator[str]:
    """Variables in small letters that nothing sets and the question does not name; of the environment are capitals."""
    if any(item.kind not in (COMMAND, OPERATOR) for item in items):
        return
    assigned = {assigned_variable(word) for item in items for word in item.words}
    used = {name for item in items for word in item.words for name in word.variables}
    read = " ".join(word.value for item in items for word in item.words if _words(item)[:1] in _READERS)
    for name in sorted(used - assigned):
        if re.fullmatch(r"[a-z_]\w*", name) and not re.search(rf"\b{name}\b", f"{words} {read}"):
            yield f"nothing sets ${name}"


def _words(item: Item) -> list[str]:
    words = [word.value for word in item.words if not assigned_variable(word)] if item.kind == COMMAND else []
    while len(words) > 1 and words[0] in ("sudo", "command", "time", "nice"):
        words = words[1:]
    return words


def _saves(words: Sequence[str]) -> bool:
    """Whether curl or wget writes no answer to its output."""
    letters = "".join(word[1:] for word in words[1:] if re.fullmatch(r"-[a-zA-Z]+", word))
    to_output = re.search(r" (-\w*[oO] ?|--output(-document)?[= ])(-|/dev/stdout)( |$)", f"{' '.join(words)} ")
    return not to_output and (words[0] == "wget" or "O" in letters or "--remote-name" in words)


def _operands(words: Sequence[str]) -> list[str]:
    return [word for word in words[1:] if not word.startswith("-")]


def _expands(item: Item) -> bool:
    return any(word.variables or word.commands or re.search(r"[{*?]", word.bare) for word in item.words)
