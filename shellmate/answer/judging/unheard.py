"""Programs that run others, and those that nothing is known of, which may."""

from collections.abc import Iterator
from posixpath import basename
from typing import TYPE_CHECKING

from shellmate.answer.judging.builtin import BUILTINS
from shellmate.answer.judging.call import Call
from shellmate.answer.judging.findings import DANGER
from shellmate.answer.judging.interpreters import language_of
from shellmate.answer.judging.programs import has_rule
from shellmate.answer.judging.repeaters import is_repeater
from shellmate.answer.judging.rules import has_rules
from shellmate.answer.judging.state import State
from shellmate.answer.judging.tables import programs
from shellmate.answer.judging.wrappers import Wrapped, is_wrapper

if TYPE_CHECKING:
    from shellmate.answer.judging.commands import Commands

_DATA = ("data", "showing", "reading", "passing", "fetching", "decoding")


def runs_others(program: str) -> bool:
    """Whether it is known to run commands or code."""
    return is_wrapper(program) or is_repeater(program) or bool(language_of(program))


def is_unheard_of(call: Call) -> bool:
    name = call.program
    known = runs_others(name) or name in BUILTINS or has_rule(name) or has_rules(name)
    return not (known or any(name in programs(kind) for kind in _DATA))


def commands_within(call: Call) -> Iterator[Wrapped]:
    """The first of its arguments that a command could begin with which ruins what it is given, and what follows."""
    for at, value in enumerate(call.values):
        name, *more = value.split() or [""]
        if basename(name) in programs("ruining") or basename(name).startswith("mkfs"):
            yield Wrapped(text=value) if more else Wrapped(words=call.words[at:])
            return


def danger_within(call: Call, trial: "Commands") -> str:
    """What would be dangerous of that, did a program run it that nothing is known of; empty where nothing is. `trial`
    judges it, and has judged nothing yet."""
    for inner in commands_within(call):
        if inner.text is None:
            trial.run(list(inner.words), State(), None)
        else:
            trial.reader.read(inner.text, State())
    return next((found.reason for found in trial.reader.findings if found.level == DANGER), "")
