"""The rules by which a program with its arguments is judged."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from shellmate.request.command.commandline import Word
from shellmate.request.command.shellnames import PREFIXES, SHELLS

CAUTION, DANGER = "caution", "danger"
INTERPRETERS = SHELLS | {"fish"}
# The short options that take a value, of programs that run the one behind them.
VALUED = {
    "doas": "uC", "env": "uSC", "exec": "a", "flock": "Ew", "ionice": "cnp", "nice": "n", "parallel": "jNn",
    "stdbuf": "ioe", "strace": "eopsu", "sudo": "ugpCTrthDR", "time": "fo", "timeout": "ks",
    "watch": "nq", "xargs": "nPILsdEa",
}  # fmt: skip
DISK = re.compile(r"/dev/((sd|hd|vd|xvd)[a-z]\d*|(nvme|mmcblk|disk|md)\d+\w*|(mapper|disk)/\S+)")
_EVERYTHING = re.compile(
    r"/+\.?\*|(/+|~|\.{1,2}|\*|\$\{?HOME\}?|\$\{?PWD\}?|/home|/root|/Users)(/*|/+\.?\*|/+\.\*)"
    r"|/+(bin|boot|dev|etc|lib\w*|opt|proc|sbin|srv|sys|usr|var|System|Library|Applications)(/*|/+\*)"
)
# What find has beside tests, and a test that hardly leaves anything out.
_FIND_ANYTHING = frozenset(("-delete", "-depth", "-maxdepth", "-mindepth", "-print", "-type", "-xdev"))


@dataclass(frozen=True)
class Finding:
    """`level` is caution or danger; `reason` says what would be done, behind an "it"."""

    level: str
    reason: str


Rule = Callable[[Sequence[str]], Iterator[Finding]]


def unwrap(words: Sequence[Word]) -> list[tuple[str, Sequence[Word]]]:
    """A command's program, without its folder, and its arguments; of sudo, xargs, find -exec and the like the inner one
    as well, outermost first."""
    found: list[tuple[str, Sequence[Word]]] = []
    rest = list(words)
    while rest:
        program = rest[0].value.rpartition("/")[2].lstrip("\\")
        found.append((program, rest[1:]))
        if program == "find":
            places = [at for at, word in enumerate(rest) if re.fullmatch(r"-(exec|ok)(dir)?", word.value)]
            rest = rest[places[0] + 1 :] if places else []
        elif program in PREFIXES or program in VALUED or program == "busybox":
            rest = _behind_options(rest[1:], VALUED.get(program, ""))[PREFIXES.get(program, 0) :]
        else:
            return found
    return found


def _behind_options(words: list[Word], valued: str) -> list[Word]:
    at = 0
    while at < len(words) and (words[at].value.startswith("-") or re.match(r"\w+=", words[at].bare)):
        takes_next = re.fullmatch(rf"-\w*[{valued}]", words[at].value) if valued else None
        at += 2 if takes_next else 1
    return words[at:]


def find_in_redirection(operator: str, target: str) -> Iterator[Finding]:
    """What writing to a target does."""
    if ">" in operator and DISK.fullmatch(target):
        yield Finding(DANGER, f"overwrites the disk {target}")


def find_in_program(program: str, arguments: Sequence[Word]) -> Iterator[Finding]:
    """What a program does with its arguments."""
    values = [word.value for word in arguments]
    if {"--help", "--version"} & set(values):
        return
    if (
        program.startswith(("mkfs", "mke2fs"))
        or program in ("shred", "blkdiscard")
        or (program == "wipefs" and _has(values, "a", "--all"))
    ):
        disks = [value for value in values if DISK.fullmatch(value)]
        level = DANGER if disks else CAUTION
        yield Finding(level, f"destroys what is on {disks[0] if disks else 'its target'}")
    elif program in _RULES:
        yield from _RULES[program](values)


def _has(values: Sequence[str], letters: str, *long: str) -> bool:
    """Whether one of the short options, alone or among others, or of the long ones is given."""
    return any(re.fullmatch(rf"-\w*[{letters}]\w*(\..*)?", value) or value in long for value in values)


def _write_disk(values: Sequence[str]) -> Iterator[Finding]:
    if values and DISK.fullmatch(values[-1]):
        yield Finding(DANGER, f"overwrites the disk {values[-1]}")


def _rm(values: Sequence[str]) -> Iterator[Finding]:
    targets = [value for value in values if not value.startswith("-")]
    recursive = _has(values, "rR", "--recursive")
    everything = [target for target in targets if _EVERYTHING.fullmatch(target)]
    if recursive and everything:
        yield Finding(DANGER, f"deletes all of {everything[0]}")
    elif recursive:
        yield Finding(CAUTION, f"deletes {targets[0] if targets else 'what it is given'} and all in it")
    elif any("*" in target or "$" in target for target in targets) or not targets:
        yield Finding(CAUTION, "deletes files that it does not name one by one")


def _dd(values: Sequence[str]) -> Iterator[Finding]:
    for target in (value.removeprefix("of=") for value in values if value.startswith("of=")):
        if DISK.fullmatch(target):
            yield Finding(DANGER, f"overwrites the disk {target}")


def _change_mode(values: Sequence[str]) -> Iterator[Finding]:
    if _has(values, "R", "--recursive"):
        everything = [value for value in values if _EVERYTHING.fullmatch(value)]
        level = DANGER if any(value.startswith("/") for value in everything) else CAUTION
        yield Finding(level, f"changes the rights of {everything[0] if everything else 'a folder'} and all in it")


def _find(values: Sequence[str]) -> Iterator[Finding]:
    removes = re.search(r" -exec(dir)? (\S*/)?rm -\w*[rR]\w* ", f" {' '.join(values)} ") is not None
    if "-delete" not in values and not removes:
        return
    everywhere = bool(values) and _EVERYTHING.fullmatch(values[0]) is not None and values[0] not in (".", "./", "*")
    tests = values[: values.index("-exec")] if "-exec" in values else values
    unfiltered = all(value in _FIND_ANYTHING for value in tests if re.match(r"-[a-z]", value))
    yield Finding(DANGER if everywhere and unfiltered else CAUTION, "deletes the files that it finds")


def _git(values: Sequence[str]) -> Iterator[Finding]:
    lost = {
        "reset": lambda v: "--hard" in v,
        "clean": lambda v: _has(v, "f", "--force"),
        "push": lambda v: _has(v, "f", "--force") or any(value.startswith("+") for value in v),
        "checkout": lambda v: "." in v or "--" in v,
        "restore": lambda v: True,
        "branch": lambda v: "-D" in v,
        "stash": lambda v: "clear" in v or "drop" in v,
    }
    commands = [value for value in values if value in lost]
    if commands and lost[commands[0]](values):
        yield Finding(CAUTION, f"loses work that git {commands[0]} cannot bring back")


def _always(reason: str) -> Rule:
    def rule(values: Sequence[str]) -> Iterator[Finding]:
        yield Finding(CAUTION, reason)

    return rule


def _with_option(letters: str, *long: str, reason: str) -> Rule:
    def rule(values: Sequence[str]) -> Iterator[Finding]:
        if _has(values, letters, *long):
            yield Finding(CAUTION, reason)

    return rule


_RULES: dict[str, Rule] = {
    "rm": _rm,
    "dd": _dd,
    "tee": _write_disk,
    "cp": _write_disk,
    "chmod": _change_mode,
    "chown": _change_mode,
    "chgrp": _change_mode,
    "find": _find,
    "git": _git,
    "shutdown": _always("stops the machine"),
    "reboot": _always("restarts the machine"),
    "poweroff": _always("stops the machine"),
    "halt": _always("stops the machine"),
    "killall": _always("ends processes by name"),
    "pkill": _always("ends processes by name"),
    "kill": _with_option("9", "-KILL", "-SIGKILL", reason="ends a process without letting it clean up"),
    "truncate": _always("cuts files"),
    "sed": _with_option("i", "--in-place", reason="changes files in place"),
    "userdel": _always("deletes a user"),
    "crontab": _with_option("r", reason="deletes all scheduled commands"),
}
