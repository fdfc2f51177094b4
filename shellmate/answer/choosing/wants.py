"""What words want of a command, and what a command does that gives it, or that nobody asked for.

The rules are in wants.toml. They were tried on the worked examples in prompts/kinds, whose commands do what their
words say.
"""

import re
import tomllib
from functools import cache
from pathlib import Path

from shellmate.answer.choosing.meaning import meaning_of

_ABBREVIATIONS = {
    # Not one of find's, which are words.
    "{option}": r" -(?!(?:[acm]?newer\w*|[acm](?:time|min)|and|delete|depth|empty|exec(?:dir)?|false|fls|fprint[0f]?"
    r"|fstype|group|i?(?:l?name|path|regex|wholename)|inum|ls|links|maxdepth|mindepth|mount|nogroup|not|nouser|ok(?:dir)?|or|perm"
    r"|print[0f]?|prune|quit|readable|regextype|samefile|size|true|type|uid|gid|user|writable|xdev)\b)\w*",
    "{times}": r"(second|minute|hour|day|week|month|year)s?",
    "{chooses}": r"head|tail|sort|awk|sed|\bmax\b|\bmin\b|top|-m ?\d|\[|cut|NR",
}
_REDIRECTS = re.compile(r"(\d|&)?>[>|&]?")
Rule = tuple[re.Pattern[str], re.Pattern[str]]  # over words, over a command


def count_unmet(words: str, code: str) -> int:
    """In how many ways a command lacks what its words want."""
    said, plain = words.lower(), plain_form(code)
    return sum(bool(wanted.search(said)) and not given.search(plain) for wanted, given in _rules("wanted"))


def count_unasked(words: str, code: str) -> int:
    """How many things a command does that its words do not speak of."""
    said, plain = words.lower(), plain_form(code)
    return sum(bool(done.search(plain)) and not asked.search(said) for asked, done in _rules("unasked"))


@cache
def plain_form(code: str) -> str:
    """A command's tokens with blanks between and around; a > that redirects nothing is a ›."""
    return f" {' '.join(t if _REDIRECTS.fullmatch(t) else t.replace('>', '›') for t in meaning_of(code))} "


@cache
def _rules(kind: str) -> list[Rule]:
    data = tomllib.loads(Path(__file__).with_name("wants.toml").read_text(encoding="utf-8"))
    return [(_compile(rule["words"]), _compile(rule["command"])) for rule in data[kind]]


def _compile(pattern: str) -> re.Pattern[str]:
    for short, whole in _ABBREVIATIONS.items():
        pattern = pattern.replace(short, whole)
    return re.compile(pattern)
