"""Programs that are not on this machine, and options that its programs do not have, in a command."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from shellmate.core.errors import UsageError
from shellmate.request.command.part import NOWHERE, Part
from shellmate.request.command.parts import Explainer

# What pages speak of by a pattern, or not at all: `kill -HUP`, `last -10`, `find -newermt`, `patch -p1`.
_BY_PATTERN = re.compile(r"-(SIG)?[A-Z]+[A-Z0-9]*|-newer[aBcmt]{2}|-\w*\d\w*")
# echo has no options to speak of; the pages of the others leave out some, or write them as stty's does: `[-]echo`.
_NOT_JUDGED = frozenset(("apt", "echo", "jq", "openssl", "stty", "systemctl", "unzip"))


@dataclass(frozen=True)
class Unknown:
    """What this machine does not know of a command."""

    programs: list[str]
    options: list[str]


def find_unknown(code: str, explainer: Explainer) -> Unknown:
    return Unknown(unknown_programs(code, explainer), unknown_options(code, explainer))


def unknown_programs(code: str, explainer: Explainer) -> list[str]:
    """The programs that a shell could not start here. Those with a path of their own may be made yet."""
    names = [part.text for part in _parts(code, explainer) if part.kind == "program" and _is_plain(part.text)]
    return [name for name in dict.fromkeys(names) if not explainer.knows(name) and not explainer.defines(name)]


def unknown_options(code: str, explainer: Explainer) -> list[str]:
    """The options that neither the pages of their programs nor a completion tells of, each behind its program."""
    found: dict[str, None] = {}
    program = ""
    for part in _parts(code, explainer):
        if part.kind == "program":
            program = part.text.rpartition("/")[2] if part.source != NOWHERE else ""
        elif part.kind == "command" and program:
            program = f"{program} {part.text}"
        elif part.kind == "option" and program and _is_unknown(part) and program.split()[0] not in _NOT_JUDGED:
            found[f"{program} {part.text}"] = None
    return [option for option in found if not explainer.completes(option.split()[0], option.split()[-1])]


def _parts(code: str, explainer: Explainer) -> Iterator[Part]:
    try:
        yield from explainer.explain(code)
    except (UsageError, RecursionError):
        return


def _is_plain(name: str) -> bool:
    return re.fullmatch(r"[\w.+-]+", name) is not None


def _is_unknown(part: Part) -> bool:
    return part.source == NOWHERE and not _BY_PATTERN.fullmatch(part.text)
