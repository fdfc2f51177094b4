"""Which files a command deletes, moves, overwrites, edits or gives other rights."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from shellmate.answer.judging.call import Call
from shellmate.answer.judging.marks import UNKNOWN, is_unknown, reveal

DELETES, MOVES, OVERWRITES, EDITS, RIGHTS = "deletes", "moves", "overwrites", "changes", "changes the rights of"


@dataclass(frozen=True)
class Effect:
    """`does` is what is done, to the `targets`, shielded, which are seen from the `folder`, None where that is the one
    that the command is run in. What is `recursive` takes all that is in a folder."""

    does: str
    targets: tuple[str, ...]
    recursive: bool = False
    folder: str | None = None

    @property
    def is_known(self) -> bool:
        return not any(is_unknown(target) for target in self.targets)


def effects_of(call: Call) -> Iterator[Effect]:
    for does, targets, recursive in _by_program(call):
        if targets:
            yield Effect(does, tuple(targets), recursive, call.state.folder)


def _by_program(call: Call) -> Iterator[tuple[str, list[str], bool]]:
    operands = call.operands()
    match call.program:
        case "rm" | "grm" | "srm" | "unlink" | "shred":
            yield DELETES, operands, call.has("-r", "-R", "--recursive")
        case "find" if "-delete" in call.values:
            yield DELETES, [UNKNOWN], True
        case "mv":
            yield MOVES, operands[:-1], True
            yield OVERWRITES, operands[-1:], False
        case "cp" | "install":
            yield OVERWRITES, operands[-1:], False
        case "tee" if not call.has("-a", "--append"):
            yield OVERWRITES, operands, False
        case "dd":
            yield OVERWRITES, [word[3:] for word in call.words if word.startswith("of=")], False
        case "truncate":
            yield OVERWRITES, call.operands(("-s", "--size", "-r")), False
        case "sed" | "gsed" | "perl" if any(re.fullmatch(r"-\w*i\S*|--in-place\S*", value) for value in call.values):
            scripts = call.has("-e", "-f") or call.program == "perl"
            given = call.operands(("-e", "-f"))
            yield EDITS, given if scripts else given[1:], False
        case "chmod" | "chown" | "chgrp":
            yield RIGHTS, [word for word in operands[1:] if reveal(word)], call.has("-R", "--recursive")
