"""chmod, chown and chgrp: who may do what with files from then on."""

import re
from collections.abc import Iterator

from shellmate.answer.judging.call import Call
from shellmate.answer.judging.deleting import first_place
from shellmate.answer.judging.findings import CAUTION, DANGER, Finding
from shellmate.answer.judging.marks import reveal
from shellmate.answer.judging.places import find_in_places

_MODE = re.compile(r"[0-7]{3,5}|[ugoa]*[-+=].*")
_AS_OWNER = re.compile(r"0?[4-7][0-7]{3}|(|.*,)[ugoa]*[ua][ugoa]*[+=]\w*s.*|(|.*,)[+=]\w*s.*")
_BY_ALL = re.compile(r"0?0?[0-7]{2}[2367]|[ug]*[oa][ugoa]*[+=]\w*w.*|\+\w*w.*")
_BY_NOBODY = re.compile(r"0?00\d")


def change_rights(call: Call) -> Iterator[Finding]:
    operands = call.operands()
    mode = _mode_of(call, operands)
    targets = [operand for operand in operands if reveal(operand) != mode] if mode else operands[1:]
    place = first_place(call, targets)
    if call.has("-R", "--recursive"):
        level = DANGER if place.startswith("/") else CAUTION
        yield Finding(level, f"changes the rights of {place or 'a folder'} and all in it")
    elif call.program in ("chmod", "gchmod"):
        yield from find_in_places(call, targets, "changes the rights of")
        if place in ("/", "your home folder"):
            yield Finding(CAUTION, f"changes the rights of {place}")
    else:
        yield from find_in_places(call, targets, "changes the owner of")
    if _AS_OWNER.fullmatch(mode):
        yield Finding(CAUTION, "lets a program run as its owner, whoever starts it")
    elif _BY_ALL.fullmatch(mode):
        yield Finding(CAUTION, "lets everybody change it")
    elif _BY_NOBODY.fullmatch(mode):
        yield Finding(CAUTION, "takes all rights away")


def _mode_of(call: Call, operands: list[str]) -> str:
    """The mode that chmod is given, which may look like an option (-x); empty for the others."""
    if call.program not in ("chmod", "gchmod"):
        return ""
    first = reveal(operands[0]) if operands else ""
    return first if _MODE.fullmatch(first) else ""
