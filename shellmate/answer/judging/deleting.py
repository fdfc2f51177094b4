"""Programs that delete, overwrite or destroy."""

import re
from collections.abc import Iterator

from shellmate.answer.judging.call import Call
from shellmate.answer.judging.findings import CAUTION, DANGER, Finding
from shellmate.answer.judging.marks import UNKNOWN, is_glob, is_unknown, legible, reveal
from shellmate.answer.judging.paths import (
    absolute,
    all_of,
    is_disk,
    is_of_accounts,
    is_startup,
    is_temporary,
    may_be_all_of,
)
from shellmate.answer.judging.places import find_in_places
from shellmate.answer.judging.redirections import only_sets
from shellmate.answer.judging.repeaters import found_by

_WRITES = re.compile(r"(^|[|;\n%$\d])\s*(w|wq|x|wqa|wa|xa|xit|update)(!|\b)")
_ENDLESS = ("if=/dev/zero", "if=/dev/urandom", "if=/dev/random")


def first_place(call: Call, targets: list[str]) -> str:
    """The first of the targets that is a place of which nobody can mean all."""
    return next((place for target in targets if (place := all_of(target, call.state.folder))), "")


def is_far(place: str) -> bool:
    """Whether it is not only the folder one is in."""
    return place.startswith(("/", "your"))


def rm(call: Call) -> Iterator[Finding]:
    targets = call.operands()
    if call.has("--no-preserve-root"):
        yield Finding(DANGER, "deletes all of /")
    if call.program == "rmdir" and not call.has("-p"):
        return
    if call.has("-r", "-R", "--recursive") or call.program == "srm":
        yield from _rm_tree(call, targets)
        return
    yield from find_in_places(call, targets, "deletes")
    if call.has("-i", "-I", "--interactive") and targets:
        return
    if any(is_glob(target) or is_unknown(target) for target in targets) or not targets:
        place = first_place(call, [target for target in targets if is_glob(target)])
        if is_far(place):
            yield Finding(DANGER, f"deletes the files in {place}")
        else:
            yield Finding(CAUTION, "deletes files that it does not name one by one")


def _rm_tree(call: Call, targets: list[str]) -> Iterator[Finding]:
    if place := first_place(call, targets):
        yield Finding(DANGER, f"deletes all of {place}")
        return
    asks = call.has("-i", "-I", "--interactive")
    if targets and (asks or all(is_temporary(target, call.state.folder) for target in targets)):
        return
    empty = (may_be_all_of(target, call.state.folder) for target in targets if is_unknown(target))
    named = legible(targets[0]) if targets else "what it is given"
    may = next((f", or all of {place} where that is empty" for place in empty if "/" in place), "")
    yield Finding(CAUTION, f"deletes {named} and all in it{may}")


def destroy(call: Call) -> Iterator[Finding]:
    """mkfs, wipefs, shred and their kind."""
    disks = [legible(word) for word in call.words if is_disk(word)]
    if (call.program == "wipefs" and not call.has("-a", "--all")) or (call.program == "mkswap" and not disks):
        return
    yield Finding(DANGER if disks else CAUTION, f"destroys what is on {disks[0] if disks else 'its target'}")
    yield from find_in_places(call, call.operands(), "destroys")


def dd(call: Call) -> Iterator[Finding]:
    targets = [word[3:] for word in call.words if word.startswith("of=")]
    targets += [
        reveal(word)[3:] for word in call.words if not word.startswith("of=") and reveal(word).startswith("of=")
    ]
    for target in targets:
        if is_unknown(target):
            yield Finding(CAUTION, "overwrites a file or a disk that is not known before")
    yield from find_in_places(call, targets, "overwrites")
    endless = any(value in _ENDLESS for value in call.values) and "count=" not in call.text
    if endless and any(not reveal(target).startswith("/dev/") for target in targets):
        yield Finding(CAUTION, "fills the disk")


def copy(call: Call) -> Iterator[Finding]:
    """cp, mv, install, tee and pv: what they write over, and what they take away."""
    targets = call.operands()
    into = targets if call.program == "tee" else targets[-1:]
    if call.program == "mv":
        yield from _move_away(call, targets[:-1], into)
    if len(targets) > 1 and reveal(targets[0]) == "/dev/null":
        yield Finding(CAUTION, f"empties {legible(targets[-1])}")
    if call.program == "tee" and call.has("-a", "--append"):
        for target in (target for target in targets if is_startup(target) or is_of_accounts(target)):
            if not (reveal(target).endswith(("rc", "profile")) and only_sets(call.stdin or UNKNOWN)):
                yield Finding(CAUTION, f"changes what is run by itself, in {legible(target)}")
        return
    if call.has("-r", "-R", "-a", "--recursive", "--archive") and into and reveal(absolute(into[-1])) == "/":
        yield Finding(CAUTION, "overwrites files in /")
    in_folder = bool(into) and reveal(into[-1]).endswith("/")
    yield from (found for found in find_in_places(call, into, "overwrites") if not in_folder or found.level == DANGER)


def _move_away(call: Call, sources: list[str], into: list[str]) -> Iterator[Finding]:
    if place := first_place(call, sources):
        yield Finding(DANGER if is_far(place) else CAUTION, f"moves all of {place}")
    elif into and reveal(into[0]) == "/dev/null":
        yield Finding(CAUTION, "loses what it moves to /dev/null")
    yield from find_in_places(call, sources, "moves")


def find(call: Call) -> Iterator[Finding]:
    if "-delete" in call.values:
        place = next((p for start in found_by(call) if is_far(p := all_of(start, call.state.folder))), "")
        yield (
            Finding(DANGER, f"deletes all of {place}") if place else Finding(CAUTION, "deletes the files that it finds")
        )
    pairs = zip(call.values, call.words[1:], strict=False)
    yield from find_in_places(call, [word for test, word in pairs if test.startswith("-fprint")], "overwrites")


def rsync(call: Call) -> Iterator[Finding]:
    deletes = any(value.startswith("--del") for value in call.values) or call.has("--remove-source-files")
    if deletes and not call.has("-n", "--dry-run"):
        place = first_place(call, call.operands()[-1:])
        if is_far(place):
            yield Finding(DANGER, f"deletes all of {place}")
        else:
            yield Finding(CAUTION, "deletes what is not on the other side")


def archive(call: Call) -> Iterator[Finding]:
    """tar."""
    extracts = call.has("-x", "--extract", "--get") or re.match(r"[a-z]*x", call.values[0] if call.values else "")
    if extracts:
        yield from _unpack(call, call.value_of("-C", "--directory"))
    if extracts and (call.has("-P", "--absolute-names") or "P" in call.values[0].lstrip("-")):
        yield Finding(CAUTION, "overwrites files wherever the archive says")
    written = call.value_of("-f", "--file")
    if written and not extracts and is_disk(written):
        yield Finding(DANGER, f"overwrites the disk {written}")
    if call.has("--remove-files"):
        yield Finding(CAUTION, "deletes what it has packed")


def unpack(call: Call) -> Iterator[Finding]:
    """unzip, 7z and cpio."""
    if call.program in ("cpio", "pax"):
        if call.has("-i", "--extract", "-r"):
            yield from _unpack(call, call.value_of("-D", "--directory"))
    elif call.program in ("unzip", "bsdunzip"):
        if not call.has("-l", "-t", "-v", "-p", "-Z"):
            yield from _unpack(call, call.value_of("-d"))
    elif call.values[:1] in (["x"], ["e"]):
        yield from _unpack(call, next((value[2:] for value in call.values if value.startswith("-o")), None))


def _unpack(call: Call, into: str | None) -> Iterator[Finding]:
    folder = reveal(absolute(into or ".", call.state.folder))
    if folder in ("/", "/etc", "/usr", "/bin", "/usr/bin", "/lib", "/boot"):
        yield Finding(CAUTION, f"overwrites files in {folder}")


def write_image(call: Call) -> Iterator[Finding]:
    """qemu-img, ddrescue and their kind."""
    operands = call.operands()
    if call.program == "qemu-img":
        written = operands[-1:] if call.values[:1] in (["convert"], ["dd"]) else []
    else:
        written = operands[1:2]
    yield from find_in_places(call, [target for target in written if is_disk(target)], "overwrites")


def sort(call: Call) -> Iterator[Finding]:
    if written := call.value_of("-o", "--output"):
        yield from find_in_places(call, [written], "overwrites")


def link(call: Call) -> Iterator[Finding]:
    operands = call.operands()
    if call.has("-f", "--force") and len(operands) > 1 and not reveal(operands[-1]).endswith("/"):
        yield from find_in_places(call, operands[-1:], "replaces")
    elif operands and is_startup(operands[-1], call.state.folder) and reveal(operands[-1]).startswith("/etc/"):
        yield Finding(CAUTION, f"changes what is run by itself, in {legible(operands[-1])}")


def truncate(call: Call) -> Iterator[Finding]:
    if not re.search(r"(-s|--size)[ =]?[+>]", call.text):
        yield Finding(CAUTION, "cuts files")
    yield from find_in_places(call, call.operands(("-s", "--size", "-r")), "cuts")


def edit(call: Call) -> Iterator[Finding]:
    """ed, ex and vim, told beforehand what to write."""
    told = [call.values[at + 1] for at, value in enumerate(call.values[:-1]) if re.fullmatch(r"-\w*c|--cmd", value)]
    told += [value[1:] for value in call.values if value.startswith("+")]
    if call.program in ("ed", "ex", "red"):
        told.append(call.stdin or "")
    if any(_WRITES.search(text) for text in told):
        yield Finding(CAUTION, "changes files in place")
        yield from find_in_places(call, call.operands(("-c", "--cmd", "-S", "-u", "-i")), "changes")


def edit_in_place(call: Call) -> Iterator[Finding]:
    """sed -i, perl -pi and their kind."""
    sed, awk = call.program in ("sed", "gsed"), call.program in ("awk", "gawk")
    wanted = "inplace" if awk else r"-\w*i\S*|--in-place\S*" if sed else r"-[a-zA-Z0-9]*i\S*"
    if any(re.fullmatch(wanted, value) for value in call.values):
        yield Finding(CAUTION, "changes files in place")
        yield from find_in_places(
            call, call.operands(("-F", "-v", "-f", "-i") if awk else ("-e", "-f", "-E")), "changes"
        )
    elif sed and re.search(r"(^|;|\}|/|\d)\s*w\s+/(etc|dev|boot)", call.text):
        yield Finding(CAUTION, "overwrites a file of the system")
