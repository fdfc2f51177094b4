"""Programs that run another one: what they run, by the table in wrappers.toml."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from shellmate.answer.judging.call import Call
from shellmate.answer.judging.marks import reveal
from shellmate.answer.judging.tables import table

_ASSIGNMENT = re.compile(r"[A-Za-z_]\w*=")
_BANG = re.compile(r"(?:^|[:=+ ])!+\s*(\S.*)", re.DOTALL)


@dataclass(frozen=True)
class Wrapper:
    """See wrappers.toml. `each`: every operand is a command line; `bang`: what stands behind an exclamation mark is."""

    valued: frozenset[str]
    texts: tuple[str, ...]
    after: tuple[str, ...]
    first: tuple[str, ...]
    then: tuple[str, ...]
    skip: int
    joined: bool
    each: bool
    bang: bool
    opens: tuple[str, ...]
    settings: re.Pattern[str] | None


@dataclass(frozen=True)
class Wrapped:
    """Either the `words` of a command, shielded, or a `text` for a shell."""

    words: tuple[str, ...] = ()
    text: str | None = None


def unwrap(call: Call) -> Iterator[Wrapped]:
    """What a program runs, if it is one that runs another."""
    for wrapper in _wrappers().get(call.program, ()):
        yield from _unwrap(wrapper, call)


def opens_shell(call: Call) -> bool:
    """Whether a program hands its standard input to a shell, as it does where it is given no command to run."""
    return any(_opens(wrapper, call) for wrapper in _wrappers().get(call.program, ()))


def _opens(wrapper: Wrapper, call: Call) -> bool:
    if not wrapper.opens or (wrapper.opens != ("*",) and not call.has(*wrapper.opens)):
        return False
    given = call.has(*wrapper.texts) if wrapper.each else any(True for _ in _unwrap(wrapper, call))
    return not given


def is_wrapper(program: str) -> bool:
    return program in _wrappers()


def _unwrap(wrapper: Wrapper, call: Call) -> Iterator[Wrapped]:
    words = list(call.words)
    if wrapper.first:
        words = _behind(words, wrapper.first, wrapper.valued)
        if wrapper.then and words:
            words = _behind(words, wrapper.then, wrapper.valued)
        if not words:
            return
    yield from (Wrapped(text=reveal(text)) for text in _texts(words, wrapper.texts))
    if wrapper.settings:
        yield from (Wrapped(text=text) for text in _settings_in(words, wrapper.settings))
        return
    if wrapper.bang:
        yield from (Wrapped(text=found[1]) for word in words if (found := _BANG.search(reveal(word))))
        return
    if wrapper.after:
        at = next((at for at, word in enumerate(words) if reveal(word) in wrapper.after), None)
        inner = words[at + 1 :] if at is not None else [] if "--" not in wrapper.after else _command_in(words, wrapper)
    else:
        inner = _command_in(words, wrapper)
    if not inner:
        return
    if wrapper.each:
        yield from (Wrapped(text=reveal(word)) for word in inner)
    elif wrapper.joined:
        yield Wrapped(text=" ".join(reveal(word) for word in inner))
    elif not wrapper.texts or wrapper.skip or wrapper.valued or wrapper.after:
        yield Wrapped(words=tuple(inner))


def _settings_in(words: list[str], names: re.Pattern[str]) -> Iterator[str]:
    """The values that settings of such names are given, as one word or two."""
    plain = list(map(reveal, words))
    for at, word in enumerate(plain):
        name, equals, value = word.partition("=")
        if names.fullmatch(name):
            yield from [value] if equals else plain[at + 1 : at + 2]


def _behind(words: list[str], wanted: tuple[str, ...], valued: frozenset[str]) -> list[str]:
    """The words behind the first operand, if it is one that is wanted."""
    operands = _operands(words, valued)
    return operands[1:] if operands and reveal(operands[0]) in wanted else []


def _command_in(words: list[str], wrapper: Wrapper) -> list[str]:
    """The words from the command on, behind the wrapper's options and the operands to skip, between which there may be
    options, too."""
    assigning = not (wrapper.joined or wrapper.each)
    inner = _operands(words, wrapper.valued, assigning)
    for _ in range(wrapper.skip):
        inner = _operands(inner[1:], wrapper.valued, assigning)
    return inner


def _operands(words: list[str], valued: frozenset[str], assigning: bool = True) -> list[str]:
    """The words from the first one on that is neither an option, nor its value, nor an assignment."""
    at = 0
    while at < len(words):
        plain = reveal(words[at])
        if plain == "--":
            return words[at + 1 :]
        if plain in valued or (re.fullmatch(r"-\w{2,}", plain) and f"-{plain[-1]}" in valued):
            at += 2
        elif (plain.startswith("-") and plain != "-") or (assigning and _ASSIGNMENT.match(plain)):
            at += 1
        else:
            break
    return words[at:]


def _texts(words: list[str], options: tuple[str, ...]) -> Iterator[str]:
    """The values of options that are command lines."""
    for at, word in enumerate(words):
        plain = reveal(word)
        for option in options:
            letter = option[1] if len(option) == 2 and option[0] == "-" else None
            if plain == option or (letter and re.fullmatch(rf"-\w*{letter}", plain)):
                yield from words[at + 1 : at + 2]
            elif plain.startswith(f"{option}="):
                yield re.sub(r"^exec=", "", plain[len(option) + 1 :])
            elif letter and plain.startswith(option) and len(plain) > 3:
                yield plain[2:]


@cache
def _wrappers() -> dict[str, list[Wrapper]]:
    wrappers: dict[str, list[Wrapper]] = {}
    for row in table("wrappers")["wrapper"]:
        lists = ("texts", "after", "first", "then", "opens")
        words: dict[str, Any] = {key: tuple(row.get(key, "").split()) for key in lists}
        flags: dict[str, Any] = {key: row.get(key, False) for key in ("joined", "each", "bang")}
        wrapper = Wrapper(
            valued=frozenset(row.get("valued", "").split()),
            skip=row.get("skip", 0),
            settings=re.compile(row["settings"], re.IGNORECASE) if "settings" in row else None,
            **words,
            **flags,
        )
        for program in row["programs"].split():
            wrappers.setdefault(program, []).append(wrapper)
    return wrappers
