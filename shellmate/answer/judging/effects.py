"""Which files a command deletes, moves, overwrites, edits or gives other rights."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from shellmate.answer.judging.call import Call
from shellmate.answer.judging.finders import printing_what_it_deletes, printing_what_it_finds
from shellmate.answer.judging.marks import UNKNOWN, is_glob, is_unknown, reveal
from shellmate.answer.judging.repeaters import FINDERS, RUNS, found_by

DELETES, MOVES, OVERWRITES, EDITS, RIGHTS = "deletes", "moves", "overwrites", "changes", "changes the rights of"

_IN_PLACE = re.compile(r"-\w*i\S*|--in-place\S*")


@dataclass(frozen=True)
class Effect:
    """`does` is what is done, to the `targets`, shielded, which are seen from the `folder`, None where that is the one
    that the command is run in. What is `recursive` takes all that is in a folder. Where a command finds them, the words
    of one that only names them are in `listed_by`."""

    does: str
    targets: tuple[str, ...]
    recursive: bool = False
    folder: str | None = None
    listed_by: tuple[str, ...] = ()

    @property
    def is_known(self) -> bool:
        return bool(self.listed_by) or not any(is_unknown(target) for target in self.targets)


class Effects:
    """The effects of a script, noted while it is read."""

    def __init__(self) -> None:
        self._noted: list[Effect] = []
        self._listings: dict[tuple[frozenset[str], str | None], tuple[str, ...]] = {}  # by what find prints, and where

    def __len__(self) -> int:
        return len(self._noted)

    def __iter__(self) -> Iterator[Effect]:
        """What is done to what find printed, as done to what it lists."""
        for effect in self._noted:
            yield replace(effect, listed_by=effect.listed_by or self._listings.get(_key_of(effect), ()))

    def note(self, *effects: Effect) -> None:
        self._noted += effects

    def note_found(self, call: Call, since: int) -> None:
        """That find hands on what it finds: to the commands whose effects were noted `since`, or to what reads what it
        prints."""
        listing, found = printing_what_it_finds(call), Effect("", tuple(found_by(call)), folder=call.state.folder)
        if any(value in RUNS for value in call.values):
            for at in range(since, len(self._noted)):
                if _key_of(self._noted[at]) == _key_of(found):
                    self._noted[at] = replace(self._noted[at], listed_by=listing)
            listing = ()
        before = self._listings.setdefault(_key_of(found), listing)
        self._listings[_key_of(found)] = listing if listing == before else ()


def _key_of(effect: Effect) -> tuple[frozenset[str], str | None]:
    """The places; without the mark by itself, which xargs adds to what it reads."""
    places = {reveal(target) for target in effect.targets}
    known = {place for place in places if place != UNKNOWN}
    return frozenset(known if any(map(is_unknown, known)) else places), effect.folder


def effects_of(call: Call) -> Iterator[Effect]:
    if _deletes_what_it_finds(call):
        listing = printing_what_it_deletes(call)
        yield Effect(DELETES, (UNKNOWN,), call.program == "git", call.state.folder, listing)
    for does, targets, recursive in _by_program(call):
        if targets:
            yield Effect(does, tuple(targets), recursive, call.state.folder)


def _deletes_what_it_finds(call: Call) -> bool:
    if call.program == "git":
        return call.operands(("-C", "-c"))[:1] == ["clean"] and not call.has("-n", "--dry-run")
    return call.program in FINDERS and "-delete" in call.values


def _moved(call: Call) -> tuple[list[str], list[str]]:
    """What mv, cp and install take, and the files that it may take the place of."""
    valued = ("-t", "--target-directory", "-m", "-o", "-g", "-S")
    operands = call.operands(valued)
    into = call.value_of("-t", "--target-directory")
    sources, target = (operands, into) if into is not None else (operands[:-1], "".join(operands[-1:]))
    named = [reveal(source).rstrip("/").rpartition("/")[2] for source in sources if not is_glob(source)]
    inside = [f"{target.rstrip('/')}/{name}" for name in named if not is_unknown(name)]
    return sources, [target, *inside] if target else []


def _by_program(call: Call) -> Iterator[tuple[str, list[str], bool]]:
    operands = call.operands()
    match call.program:
        case "rm" | "grm" | "srm" | "unlink" | "shred":
            yield DELETES, operands, call.has("-r", "-R", "--recursive")
        case "mv":
            sources, into = _moved(call)
            yield MOVES, sources, True
            yield OVERWRITES, into, False
        case "cp" | "install":
            yield OVERWRITES, _moved(call)[1], False
        case "tee" | "sponge" if not call.has("-a", "--append"):
            yield OVERWRITES, operands, False
        case "dd":
            yield OVERWRITES, [word[3:] for word in call.words if word.startswith("of=")], False
        case "truncate":
            yield OVERWRITES, call.operands(("-s", "--size", "-r")), False
        case "sort" | "curl" if written := call.value_of("-o", "--output"):
            yield OVERWRITES, [written], False
        case "wget" if written := call.value_of("-O", "--output-document"):
            yield OVERWRITES, [written], False
        case "ln" if call.has("-f", "--force"):
            yield OVERWRITES, _moved(call)[1], False
        case "awk" | "gawk" if "inplace" in call.values:
            yield EDITS, call.operands(("-i", "-v", "-F", "-f"))[0 if call.has("-f") else 1 :], False
        case "sed" | "gsed" | "perl" | "ruby" if any(map(_IN_PLACE.fullmatch, call.values)):
            scripts = call.has("-e", "-f") or call.program in ("perl", "ruby")
            given = call.operands(("-e", "-f"))
            yield EDITS, given if scripts else given[1:], False
        case "chmod" | "chown" | "chgrp":
            yield RIGHTS, [word for word in operands[1:] if reveal(word)], call.has("-R", "--recursive")
