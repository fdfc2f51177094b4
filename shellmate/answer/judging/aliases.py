"""Aliases, and what they stand for."""

import re
import shlex
from functools import partial
from typing import TYPE_CHECKING

from shellmate.answer.judging.call import Call
from shellmate.answer.judging.marks import is_unknown, reveal
from shellmate.answer.judging.state import State

if TYPE_CHECKING:
    from shellmate.answer.judging.commands import Commands


def define_alias(commands: "Commands", call: Call) -> str:
    """Take notice of aliases, and judge what each would do to whatever it stands in front of."""
    for value in call.values:
        name, equals, text = value.partition("=")
        if not equals and len(call.values) > 1 and call.values[0] == name:  # as fish has it
            name, text = call.values[0], " ".join(call.values[1:])
        if text:
            call.state.aliases.pop(name, None)
            whole = text if re.search(r"[|;&]", text) else f"{text} file"  # what it stands in front of is not known
            commands.within(whole, partial(commands.reader.read, whole, call.state.copy()))
            call.state.aliases[name] = text
    return ""


def define_place(commands: "Commands", call: Call) -> str:
    """Take notice of where bash's `hash -p` has a command be."""
    if call.has("-p") and len(call.values) > 2:
        call.state.aliases[call.values[-1]] = call.values[-2]
    return ""


def run_alias(commands: "Commands", words: list[str], state: State, stdin: str | None) -> str:
    """What is printed by a command that is an alias. It is judged as it stands too, since a script, the line that
    defines the alias, and the alias itself take it so; `words` are shielded."""
    alias, rest = state.aliases[reveal(words[0])], " ".join(shlex.quote(reveal(word)) for word in words[1:])
    itself = commands.run_itself(words, state.copy(), stdin)
    printed = commands.within(alias, partial(commands.reader.read, f"{alias} {rest}", state, stdin))
    return printed if is_unknown(itself) else f"{printed}\n{itself}"
