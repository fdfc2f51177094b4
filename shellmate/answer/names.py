"""Whether the columns and keys that a snippet reads are there in the input that it is about.

What a snippet makes itself it may read as well; in doubt a name is taken to be there.
"""

import ast
import re
import shlex
from collections.abc import Iterator, Sequence
from itertools import pairwise

from shellmate.answer.check import parse_beginning

# Methods whose first argument is the name of a column or key, and keywords that are given such names.
_READERS = {"get", "itemgetter", "groupby", "sort_values", "drop_duplicates", "nlargest", "nsmallest", "value_counts"}
_KEYWORDS = {"by", "usecols", "subset", "parse_dates", "index_col"}
_COLUMN_TOOLS = {"mlr", "csvcut", "csvstat", "csvgrep", "csvsort", "csvsum", "xsv", "qsv"}


def unknown_names(language: str, code: str, names: Sequence[str], columns: bool = True) -> list[str]:
    """The names that `code`, or its beginning, reads but that are not among `names`; `$5` for a column beyond the
    last, where `names` are those of `columns`. Raises nothing."""
    if not names:
        return []
    if language == "python":
        return _unknown_in_python(code, set(names))
    if language == "shell":
        return list(dict.fromkeys(_unknown_in_shell(code, names, columns)))
    return []


def _unknown_in_python(code: str, names: set[str]) -> list[str]:
    tree = parse_beginning(code)
    if tree is None:
        return []
    made = set(_made(tree))
    return [name for name in dict.fromkeys(_read(tree)) if name not in names and name not in made]


def _read(tree: ast.AST) -> Iterator[str]:
    """The names that are read as keys or columns."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Load) and not _is_environment(node.value):
            yield from _texts(node.slice)
        elif isinstance(node, ast.Call) and _name_of(node.func) in _READERS:
            if not (isinstance(node.func, ast.Attribute) and _is_environment(node.func.value)):
                yield from (text for argument in node.args[:1] for text in _texts(argument))
            yield from (text for k in node.keywords if k.arg in _KEYWORDS for text in _texts(k.value))


def _made(tree: ast.AST) -> Iterator[str]:
    """The names that the code makes itself: keys of its own dicts, columns that it adds, groups of its patterns."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Dict):
            for value in (*node.keys, *node.values):  # values too: rename(columns={"a": "b"})
                yield from _texts(value)
        elif isinstance(node, ast.Subscript) and not isinstance(node.ctx, ast.Load):
            yield from _texts(node.slice)
        elif isinstance(node, ast.keyword) and node.arg and node.arg not in _KEYWORDS:
            yield node.arg
            yield from _texts(node.value)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield from re.findall(r"\(\?P<(\w+)>", node.value)


def _texts(node: ast.AST | None) -> Iterator[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.List | ast.Tuple):
        for element in node.elts:
            yield from _texts(element)


def _name_of(function: ast.AST) -> str:
    return getattr(function, "attr", getattr(function, "id", ""))


def _is_environment(node: ast.AST) -> bool:
    return _name_of(node) in ("environ", "os")


def _unknown_in_shell(code: str, names: Sequence[str], columns: bool) -> Iterator[str]:
    for command in _commands(code):
        tool, arguments = command[0].rpartition("/")[2], command[1:]
        if tool == "jq":
            yield from _unknown_in_jq(arguments, names)
        elif columns and tool in ("awk", "gawk", "mawk"):
            yield from _beyond(names, [n for a in arguments for n in re.findall(r"\$(\d+)", a)])
        elif columns and tool == "cut":
            fields = [a[2:] or b for a, b in zip(arguments, [*arguments[1:], ""], strict=False) if a.startswith("-f")]
            yield from _beyond(names, [n for field in fields for n in re.findall(r"\d+", field)])
        elif columns and tool in _COLUMN_TOOLS:
            pairs = pairwise(arguments)
            wanted = [name for flag, value in pairs if flag in ("-f", "-c") for name in value.split(",")]
            yield from (name for name in wanted if name not in names and re.fullmatch(r"[A-Za-z_]\w*", name))


def _unknown_in_jq(arguments: list[str], names: Sequence[str]) -> Iterator[str]:
    program = next((a for a in arguments if not a.startswith("-")), "")
    made = set(re.findall(r"[{,]\s*\"?([A-Za-z_]\w*)\"?\s*:", program))
    # The last way to match is for other texts: a dot in one is no key.
    read = re.findall(r"\.\[?\"([^\"]+)\"|\.([A-Za-z_]\w*)|\"[^\"]*\"", program)
    for name in ("".join(groups) for groups in read):
        if name and name not in names and name not in made:
            yield name


def _beyond(names: Sequence[str], numbers: list[str]) -> Iterator[str]:
    yield from (f"${n}" for n in numbers if int(n) > len(names))


def _commands(code: str) -> Iterator[list[str]]:
    """The words of each simple command, as far as they can be told apart."""
    try:
        lexer = shlex.shlex(code, posix=True, punctuation_chars="|;&\n")
        lexer.whitespace, lexer.whitespace_split, lexer.commenters = " \t\r", True, ""
        words = list(lexer)
    except ValueError:
        return
    command: list[str] = []
    for word in [*words, ";"]:
        if word.strip("|;&\n") == "":
            if command:
                yield command
            command = []
        else:
            command.append(word)
