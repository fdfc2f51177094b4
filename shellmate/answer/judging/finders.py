"""What find and git clean would hit, put as commands that only print it."""

import re

from shellmate.answer.judging.call import Call
from shellmate.answer.judging.marks import is_unknown, reveal
from shellmate.answer.judging.repeaters import RUNS

Words = tuple[str, ...]
_ALONE = re.compile(
    r"[()!,]|-(a(nd)?|d(aystart|epth)?|empty|executable|f(alse|ollow)|[HLP]|mount|no(group|leaf|user|t)|or?|prune|quit|readable"
    r"|true|writable|xdev)"
)
_VALUED = re.compile(
    r"-(i?(name|path|wholename|regex|lname)|x?type|size|[acm](time|min)|[ac]?newer|newer[aBcm][aBcmt]|perm|user|group|[ug]id"
    r"|(max|min)depth|links|inum|samefile|fstype|regextype|used)"
)
_PRINTS = frozenset(("-print", "-print0", "-ls"))
_CLEANING = re.compile(r"-[dfxXq]+|--force|--quiet")


def printing_what_it_deletes(call: Call) -> Words:
    """As `find ... -delete` or `git clean`, it names what these would delete; empty where that cannot be told."""
    return _of_clean(call) if call.program == "git" else _of_find(call, "-delete")


def printing_what_it_finds(call: Call) -> Words:
    """As `find`, it names what this hands on, be it to -exec or to whatever reads what it prints."""
    runs = [value for value in call.values if value in RUNS]
    return _of_find(call, *runs) if runs else _of_find(call, *_PRINTS)


def _of_find(call: Call, *hitting: str) -> Words:
    """find with NULs between the names of what reaches one of the actions that are `hitting`. What else has an effect,
    or says no to what it is given, makes it nothing."""
    if is_unknown(call.text) or sum(value in RUNS for value in call.values) > 1:
        return ()
    starts = _count_of_starts(call.values)
    left, tests = list(call.words[starts:]), list[str]()
    while left:
        word = left.pop(0)
        value = reveal(word)
        if value in hitting:
            tests.append("-print0")
            left = left[_length_of_action(left) :] if value in RUNS else left
        elif value in _PRINTS:
            tests.append("-true")
        elif _ALONE.fullmatch(value):
            tests.append(word)
        elif _VALUED.fullmatch(value) and left:
            tests += [word, left.pop(0)]
        else:
            return ()
    if "-print0" not in tests:
        tests = [*(["(", *tests, ")"] if tests else []), "-print0"]
    begin = ["-depth"] if "-delete" in hitting else []  # as -delete does
    return ("find", *(call.words[:starts] or (".",)), *begin, *tests)


def _count_of_starts(values: list[str]) -> int:
    """How many words stand in front of the tests."""
    tests = (at for at, value in enumerate(values) if value[:1] in "-(!," and value not in ("-L", "-P", "-H"))
    return next(tests, len(values))


def _length_of_action(words: list[str]) -> int:
    """How many words belong to what -exec runs."""
    ends = (at for at, word in enumerate(map(reveal, words)) if word == ";" or (word == "+" and at))
    return next(ends, len(words)) + 1


def _of_clean(call: Call) -> Words:
    words = list(call.words)
    inside = words[:2] if words and reveal(words[0]) == "-C" else []
    words = words[len(inside) :]
    if is_unknown(call.text) or not words or reveal(words.pop(0)) != "clean":
        return ()
    kept, left = list[str](), words
    while left:
        word = left.pop(0)
        value = reveal(word)
        if value == "--":
            kept += [word, *left]
            break
        if value in ("-e", "--exclude") and left:
            kept += [word, left.pop(0)]
        elif not value.startswith("-") or value.startswith("--exclude="):
            kept.append(word)
        elif not _CLEANING.fullmatch(value):
            return ()
        elif not value.startswith("--") and (letters := value[1:].replace("q", "")):
            kept.append(f"-{letters}")
    return ("git", *inside, "clean", "-n", *kept)
