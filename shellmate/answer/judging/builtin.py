"""What the shell does itself: the folder, variables, and the scripts that it reads."""

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from shellmate.answer.judging.aliases import define_alias, define_place
from shellmate.answer.judging.call import Call
from shellmate.answer.judging.interpreters import SHELL, Code
from shellmate.answer.judging.marks import HOME, UNKNOWN, is_unknown, reveal
from shellmate.answer.judging.paths import absolute

if TYPE_CHECKING:
    from shellmate.answer.judging.commands import Commands


def _change_folder(commands: "Commands", call: Call) -> str:
    targets = call.operands()
    if not targets:
        call.state.folder = HOME
    elif is_unknown(targets[0]) or reveal(targets[0]) == "-":
        call.state.folder = UNKNOWN
    else:
        call.state.folder = reveal(absolute(targets[0], call.state.folder))
    return ""


def _source(commands: "Commands", call: Call) -> str | None:
    names = call.values
    if not names and call.stdin is None:
        return ""
    text = call.stdin if not names or names[0] in ("/dev/stdin", "-") else call.state.written(names[0])
    return commands.read_code(Code(SHELL, text, call.words[1:]), call.state) if text is not None else UNKNOWN


def _set(commands: "Commands", call: Call) -> str | None:
    operands = call.operands()
    if call.values[:1] == ["--"]:
        call.state.arguments = call.words[1:]
    elif operands and not call.has("-o", "+o", "-e", "-x", "-u") and re.fullmatch(r"\w+", reveal(operands[0])):
        if call.has("-e"):
            return None
        call.state.assign(reveal(operands[0]), [reveal(word) for word in operands[1:]] or [""])  # as fish has it
        call.state.arguments = tuple(operands)
    return None


def _read(commands: "Commands", call: Call) -> str:
    names = [reveal(word) for word in call.operands(("-p", "-d", "-n", "-N", "-t", "-u", "-i"))] or ["REPLY"]
    split = {ord(sign): " " for sign in call.state.values("IFS")[0] if sign not in ("\n", UNKNOWN)}
    lines = (call.stdin or UNKNOWN).translate(split).splitlines()[:16] or [UNKNOWN]
    parts = [line.split(None, len(names) - 1) for line in lines]
    for at, name in enumerate(names):
        call.state.assign(name, [part[at] if at < len(part) else "" for part in parts])
    return ""


def _shift(commands: "Commands", call: Call) -> str:
    call.state.arguments = call.state.arguments[1:] if call.state.arguments else call.state.arguments
    return ""


BUILTINS: dict[str, Callable[["Commands", Call], str | None]] = {
    **dict.fromkeys(("cd", "pushd", "chdir", "z"), _change_folder),
    **dict.fromkeys(("source", "."), _source),
    **dict.fromkeys(("alias", "abbr"), define_alias),
    "hash": define_place,
    "set": _set,
    "read": _read,
    "shift": _shift,
}
