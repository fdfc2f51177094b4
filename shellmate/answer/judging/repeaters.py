"""find, fd, xargs and parallel: the commands that they run, with what they find or read in them."""

import re
from collections.abc import Iterator

from shellmate.answer.judging.call import Call
from shellmate.answer.judging.marks import UNKNOWN, is_unknown, reveal

_XARGS_VALUED = ("-n", "-P", "-I", "-L", "-s", "-d", "-E", "-a", "-J", "-R", "--max-args", "--max-procs", "--arg-file",
                 "--delimiter", "--max-lines", "--max-chars", "--replace")  # fmt: skip
_PARALLEL_VALUED = (
    "-j", "-N", "-n", "-a", "-I", "-L", "-C", "-S", "--jobs", "--arg-file", "--joblog", "--delay", "--colsep",
)  # fmt: skip
# What find has beside tests, and a test that hardly leaves anything out.
_ANYTHING = re.compile(
    r"-(delete|d(epth)?|(max|min)depth|print0?|type|xdev|mount|not|or?|a(nd)?|[LPH]|exec(dir)?|ok(dir)?|follow|true)"
)
_NAMES = ("-name", "-iname")
FINDERS = ("find", "gfind")
RUNS = ("-exec", "-execdir", "-ok", "-okdir")


def is_repeater(program: str) -> bool:
    return program in (*FINDERS, "fd", "fdfind", "xargs", "gxargs", "parallel")


def calls_of(call: Call) -> Iterator[list[str]]:
    """The commands that are run, shielded."""
    match call.program:
        case "find" | "gfind":
            yield from _of_find(call)
        case "fd" | "fdfind":
            for at, value in enumerate(call.values):
                if value in ("-x", "-X", "--exec", "--exec-batch"):
                    command = list(call.words[at + 1 :])
                    yield _filled(command if "{" in call.text else [*command, "{}"], [UNKNOWN])
        case "xargs" | "gxargs":
            yield from _of_xargs(call)
        case "parallel":
            yield from _of_parallel(call)


def found_by(call: Call) -> list[str]:
    """What find finds: all of a place, or, of what it chooses, something that is not known."""
    starts = []
    for word in call.words:
        plain = reveal(word)
        if plain.startswith(("-", "(", "!")) and plain not in ("-L", "-P", "-H"):
            break
        if not plain.startswith("-"):
            starts.append(word)
    pairs = zip(call.values, [*call.values[1:], ""], strict=False)
    tests = [test for test, value in pairs if test.startswith("-") and not (test in _NAMES and value in ("*", "*.*"))]
    for end in (at for at, value in enumerate(tests) if value in RUNS):
        tests = tests[: end + 1]
        break
    chooses = any(not _ANYTHING.fullmatch(test) for test in tests)
    inside = f"/{UNKNOWN}" if chooses else "/*"
    return [place for start in starts or ["."] for place in ([] if chooses else [start]) + [start.rstrip("/") + inside]]


def _of_find(call: Call) -> Iterator[list[str]]:
    behind = 0
    for at, value in enumerate(call.values):
        if value in RUNS and at >= behind:
            rest = call.values[at + 1 :]
            end = next(
                (n for n, word in enumerate(rest) if word == ";" or (word == "+" and n and rest[n - 1] == "{}")),
                len(rest),
            )
            behind = at + 1 + end
            yield from _forms(list(call.words[at + 1 : behind]), found_by(call))


def _of_xargs(call: Call) -> Iterator[list[str]]:
    words, mark, source = list(call.words), "", call.stdin
    while words and reveal(words[0]).startswith("-"):
        option = reveal(words.pop(0))
        takes = option in _XARGS_VALUED or (re.fullmatch(r"-\w{2,}", option) and f"-{option[-1]}" in _XARGS_VALUED)
        value = reveal(words.pop(0)) if takes and words else option[2:]
        if option.startswith(("-I", "-J", "--replace", "-i")):
            mark = value or "{}"
        elif option.startswith(("-a", "--arg-file")):
            source = call.state.written(value.lstrip("=")) or UNKNOWN
    read = _split(source)
    if words:
        yield from _forms(words, read, mark) if mark else [[*words, *read]]


def _of_parallel(call: Call) -> Iterator[list[str]]:
    words = list(call.words)
    while words and reveal(words[0]).startswith("-"):
        option = reveal(words.pop(0))
        if option in _PARALLEL_VALUED and words:
            words.pop(0)
    at = next((at for at, word in enumerate(words) if reveal(word) in (":::", ":::+", "::::")), None)
    given = [word for word in words[at + 1 :] if reveal(word) != ":::"] if at is not None else _split(call.stdin)
    command = words if at is None else words[:at]
    if len(command) == 1 and " " in reveal(command[0]):
        command = reveal(command[0]).split()
    if command:
        yield from _forms(command, given) if any("{}" in reveal(word) for word in command) else [[*command, *given]]
    else:
        yield from ([*reveal(word).split()] for word in given[:16])


def _split(text: str | None) -> list[str]:
    if text is None:
        return [UNKNOWN]
    words = text.replace("\0", "\n").split()[:64]
    return [*words, UNKNOWN] if is_unknown(text) or not words else words


def _forms(words: list[str], values: list[str], mark: str = "{}") -> Iterator[list[str]]:
    """The words with the values in the place of the mark; and as they are, where it stands within one of them, which
    may be a script with a mark of its own."""
    yield _filled(words, values, mark)
    if any(mark in plain and plain != mark for plain in map(reveal, words)):
        yield words


def _filled(words: list[str], values: list[str], mark: str = "{}") -> list[str]:
    """The words with each of the values in the place of the mark."""
    filled: list[str] = []
    for word in words:
        plain = reveal(word)
        if mark in plain:
            filled += [plain.replace(mark, value) if plain != mark else value for value in values[:16]]
        else:
            filled.append(word)
    return filled
