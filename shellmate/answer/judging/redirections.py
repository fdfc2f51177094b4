"""What is done by writing what a command prints to a file."""

import re
from collections.abc import Iterator, Sequence

from shellmate.answer.judging.findings import CAUTION, DANGER, Finding
from shellmate.answer.judging.marks import is_unknown, legible, reveal
from shellmate.answer.judging.paths import (
    is_disk,
    is_history,
    is_log,
    is_of_accounts,
    is_of_repository,
    is_secret,
    is_startup,
    is_vital,
)
from shellmate.answer.judging.state import State

# What people add to the files that their shells begin with.
_SETTING = re.compile(
    r"\s*($|#|(export|alias|abbr|source|\.|set|setopt|unsetopt|shopt|bind|bindkey|autoload|typeset|declare|unset|fish_add_path)\s"
    r"|[A-Za-z_]\w*=|(eval|source|\.)\s+[\"<]?[\"$]?\(|\[|if |then|fi|else|compinit)"
)


_ENDLESS = frozenset(("/dev/zero", "/dev/urandom", "/dev/random"))
_HANDING_ON = frozenset(("cat", "tr", "base64", "xxd", "od", "hexdump", "pv", "tee", "gzip", "strings", "fold"))
_LIMITS = frozenset(("-N", "-l", "-n"))  # of od, xxd and hexdump


def only_sets(text: str) -> bool:
    """Whether a text is one that people add to the files that their shells begin with."""
    return all(_SETTING.match(line) for line in text.splitlines())


def find_in_redirection(
    operator: str, place: str, printed: str, state: State, operands: Sequence[str] | None
) -> Iterator[Finding]:
    """`place` is the file, shielded; `operands` are those of the command, None where there is none. `>>` only adds."""
    name, folder = legible(place), state.folder
    if name.startswith(("/dev/tcp/", "/dev/udp/")):
        yield from _find_in_connection(operator, printed, operands or ())
    if ">" not in operator:
        return
    adds = ">>" in operator
    if is_disk(place):
        yield Finding(DANGER, f"overwrites the disk {name}")
    elif reveal(place).startswith(("/proc/sysrq", "/dev/mem", "/dev/kmem", "/dev/port")):
        yield Finding(DANGER, f"writes to {name}, which stops or corrupts the machine")
    elif is_of_accounts(place, folder):
        yield Finding(CAUTION if adds else DANGER, f"{'changes' if adds else 'overwrites'} who may do what, in {name}")
    elif is_startup(place, folder):
        is_rc = reveal(place).endswith(("rc", "profile", ".zshenv", "config.fish"))
        if not (adds and is_rc and only_sets(printed)):
            yield Finding(CAUTION, f"changes what is run by itself, in {name}")
    elif not adds and (is_history(place, folder) or is_log(place, folder)):
        yield Finding(CAUTION, f"wipes traces in {name}")
    elif is_vital(place, folder):
        yield Finding(CAUTION, f"{'adds to' if adds else 'overwrites'} {name}, a file of the system")
    elif is_of_repository(place, folder):
        yield Finding(CAUTION, f"changes {name}, which is git's own")
    elif operator.startswith("2") or "&" in operator or name.startswith("/dev/"):
        return
    elif _never_ends(operands or ()):
        yield Finding(CAUTION, "fills the disk")
    elif adds:
        return
    elif operands is None or printed == "":
        yield Finding(CAUTION, f"empties {name}")
    elif is_unknown(printed) and reveal(place) in operands:
        yield Finding(CAUTION, f"empties {name} before it is read")


def _never_ends(words: Sequence[str]) -> bool:
    """Whether a pipeline prints without end: each of its commands hands on all that it reads, and the first reads what
    has no end."""
    commands: list[list[str]] = [[]]
    for word in words:
        if word == "|":
            commands.append([])
        elif word != "sudo":
            commands[-1].append(word)
    first, *others = commands
    endless = first == ["yes"] or (_ENDLESS & set(words) and first[:1] and first[0] in _HANDING_ON)
    handed_on = all(command and command[0] in _HANDING_ON for command in others)
    return bool(endless and handed_on) and not _LIMITS & set(words)


def _find_in_connection(operator: str, printed: str, operands: Sequence[str]) -> Iterator[Finding]:
    if "-i" in operands or operator.lstrip("0123456789").startswith("<>"):
        yield Finding(DANGER, "hands a shell to another machine")
    elif any(is_secret(operand) for operand in operands):
        yield Finding(DANGER, "sends secrets to another machine")
    elif ">" in operator and printed.strip():
        yield Finding(CAUTION, "opens a connection to another machine")
