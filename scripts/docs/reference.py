"""docs/reference.md: commands, settings, variables, files, exit codes, and the keys of what --json prints."""

import re
from collections.abc import Iterable, Iterator, Mapping

import shellmate.answer.report
import shellmate.bench.figures
import shellmate.cli.digest
import shellmate.cli.doctor
import shellmate.cli.explain
import shellmate.cli.index
import shellmate.cli.judge
import shellmate.cli.log
import shellmate.cli.model
import shellmate.cli.status
from scripts.docs.manpage import DIRECTORIES, FILES, OTHERS
from scripts.docs.tree import Command, Option
from shellmate import __version__
from shellmate.core.errors import ExitCode
from shellmate.core.settings import SETTINGS, Setting

# What prints JSON: the command line, how many objects it prints, and their keys.
OBJECTS: dict[str, tuple[str, Mapping[str, str]]] = {
    "shellmate --json WORDS": ("One object.", shellmate.answer.report.KEYS),
    "shellmate bench --json": ("One object.", shellmate.bench.figures.KEYS),
    "shellmate digest --json": ("One object.", shellmate.cli.digest.KEYS),
    "shellmate doctor --json": ("One object.", shellmate.cli.doctor.KEYS),
    "shellmate explain --json COMMAND": ("One object.", shellmate.cli.explain.KEYS),
    "shellmate index --json": ("One object.", shellmate.cli.index.KEYS),
    "shellmate index --json PROGRAM": (
        "One object, with a key for each program that something is known of.",
        shellmate.cli.index.PAGE_KEYS,
    ),
    "shellmate judge --json COMMAND": ("One object.", shellmate.cli.judge.KEYS),
    "shellmate log --json": ("One object a line for each answer, the newest last.", shellmate.cli.log.TURN_KEYS),
    "shellmate log --sessions --json": (
        "One object a line for each session, the newest last.",
        shellmate.cli.log.SESSION_KEYS,
    ),
    "shellmate model list --json": ("An array of objects, one for each model.", shellmate.cli.model.KEYS),
    "shellmate status --json": ("One object a line for each resident engine.", shellmate.cli.status.KEYS),
}
_KINDS = {bool: "`true`, `false`", int: "whole numbers", float: "numbers", str: "text"}
CONTENTS = ("Commands", "Settings", "Other variables", "Files", "Exit codes", "JSON")


def render(tree: Command) -> str:
    """The whole page. It has no date, so that it changes with the code alone."""
    return "\n".join(_page(tree)) + "\n"


def _page(tree: Command) -> Iterator[str]:
    yield "# Reference"
    yield ""
    yield f"Of shellmate {__version__}, made from its code by `make docs`."
    yield "`man shellmate` says the same, but for the keys of JSON."
    yield ""
    yield " · ".join(f"[{title}](#{anchor(title)})" for title in CONTENTS)
    yield from ("", "## Commands", "")
    yield "A first word that names a command is that command; anything else is a question. `--` ends the doubt."
    yield from ("", " · ".join(f"[{_title(c)}](#{anchor(_title(c))})" for c in _commands(tree)))
    for command in _commands(tree):
        yield from _command(command)
    yield from ("", "## Settings", "")
    yield "A flag beats a variable, a variable beats the file. `shellmate config set NAME VALUE` writes the file."
    yield ""
    header = ("setting", "variable", "default", "values", "meaning")
    yield from _table(header, map(_setting, SETTINGS.values()))
    yield from ("", "## Other variables", "")
    moved = ((_code(name), f"Moves {_code(str(place))}.") for name, place in DIRECTORIES.items())
    others = ((", ".join(map(_code, names.split(", "))), _text(about)) for names, about in OTHERS.items())
    yield from _table(("variable", "meaning"), (*moved, *others))
    yield from ("", "## Files", "")
    yield "On Linux; the XDG variables are honoured, and on macOS the folders are the usual ones in `~/Library`."
    yield from ("", *_table(("file", "what is in it"), ((_code(str(p)), _text(about)) for p, about in FILES.items())))
    yield from ("", "## Exit codes", "")
    yield from _table(("code", "when"), ((str(int(code)), _text(code.meaning)) for code in ExitCode))
    yield from ("", "What `-r` has run ends shellmate with its own exit status.")
    yield from ("", "## JSON", "")
    yield "Keys are only ever added. `a.b` is the key `b` of the object at `a`, `a[].b` that of each object in a list."
    for line, (how_many, keys) in OBJECTS.items():
        yield from ("", f"### `{line}`", "", how_many, "")
        yield from _table(("key", "value"), ((_code(key), _text(about)) for key, about in keys.items()))


def _commands(tree: Command) -> Iterator[Command]:
    """Those that do something: a group only holds others."""
    return (command for command in tree.walk() if not (command.words and command.commands))


def _command(command: Command) -> Iterator[str]:
    yield from ("", f"### {_title(command)}", "", "```text")
    yield " ".join(("shellmate", *command.words, command.usage))
    yield "```"
    for paragraph in command.paragraphs():
        yield from ("", _text(paragraph))
    if options := [o for o in command.options if not (command.words and "--help" in o.names)]:
        yield ""
        yield from _table(("option", "meaning"), ((_names(option), _text(option.help)) for option in options))
    if command.examples():
        yield from ("", "```text", *command.examples(), "```")


def _title(command: Command) -> str:
    return " ".join(("shellmate", *command.words))


def _names(option: Option) -> str:
    value = f" {option.value.metavar}" if option.value else ""
    return ", ".join(_code(name + value) for name in option.names)


def _setting(setting: Setting) -> tuple[str, ...]:
    default = str(setting.default).lower() if setting.kind is bool else str(setting.default)
    shown = _code(default) if default else "none"
    return _code(setting.name), _code(setting.variable), shown, _values(setting), _text(setting.help)


def _values(setting: Setting) -> str:
    if setting.choices:
        return ", ".join(map(_code, setting.choices))
    if setting.least is not None and setting.most is not None:
        return f"{_KINDS[setting.kind]} from {setting.least:,} to {setting.most:,.0f}"
    return _KINDS[setting.kind]


def anchor(title: str) -> str:
    """What leads to a heading, as GitHub makes it: letters, digits, `-` and `_` of it, in small letters."""
    return re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-")


def _table(header: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    yield f"| {' | '.join(header)} |"
    yield "|" + "---|" * len(header)
    for row in rows:
        yield f"| {' | '.join(row)} |"


def _code(text: str) -> str:
    """Code that may stand in a table."""
    return f"`{text.replace('|', chr(92) + '|')}`"


def _text(text: str) -> str:
    """Text of a help as Markdown: what is in backticks stays, and nothing else is taken for a sign."""
    parts = re.split(r"(`[^`]*`)", text)
    return "".join(
        _code(p[1:-1]) if p.startswith("`") and len(p) > 1 else re.sub(r"[|<*_\\\[\]]", r"\\\g<0>", p) for p in parts
    )
