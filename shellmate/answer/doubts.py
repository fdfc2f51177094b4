"""Whether a select answers its question, as far as the words of the two tell.

A small model tends to the shortest select: it leaves out the group, the year or the condition. What it said second or
third often has them.
"""

import re
from collections.abc import Iterator, Sequence

from shellmate.answer.mentions import Mention
from shellmate.request.digest import Query

_MOST = r"\b(most|least|fewest|(?!(?:for|inter|t|\w*w|requ|r|gu|n|harv|hon|\w*p|v|ch|inv|\w*t)est\b)\w{2,}est)\b|最"
_GROUPS = rf"\b(per|each|every|by|distribution|breakdown|which|different|distinct|unique)\b|每|各|分布|分别|哪|{_MOST}"
_LISTS = r"\b(sort(ed)?|order(ed)?|rank(ed)?|list|first|last|all|top|per|each|every|by)\b|排序|排列|列出|所有|每|各|\d"
_WANTED = (  # what words want, and what a select has that gives it
    (r"\b(average|avg|mean)\b|平均", r"\bavg\("),
    (r"\bmedian\b|中位数", r"\bmedian\("),
    (r"\b(sum|total)\b|总和|总计|总额|总金额", r"\b(sum|total|count)\("),
    (r"\b(different|distinct|unique)\b|不同", r"\bdistinct\b|\bgroup by\b"),
    (r"\b(per|each|every)\b|每|各", r"\b(group|partition) by\b"),
    (_MOST, r"\b(limit|max|min|order by)\b"),
    (r"\b(how many|number of)\b|多少个|几个|数量|次数", r"\b(count|sum|total)\("),
    (r"\b(since|at least|or more)\b|以上|至少", ">="),
)
_DATED = r"\d|\b(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|today|yesterday|this|last)|[年月日今昨]"
_TEXT = re.compile(r"'((?:[^']|'')*)'")
_WORD = re.compile(r"[^\W\d_]{4,}")
_GROUP = re.compile(r'\bgroup by (\w*[^\W\d]\w*|"[^"]+")')
_SUM = re.compile(r'\b(?:sum|avg|total|median)\(\s*(?:distinct\s+)?"?([^()"]+?)"?\s*\)')


def count_doubts(query: Query, select: str, mentions: Sequence[Mention], words: str) -> int:
    """In how many ways a select that can be run does not go with the words of its question, or does with too much."""
    plain, asked = select.lower(), words.lower()
    missing = sum(not mention.is_heeded(select) for mention in mentions)
    wanted = sum(bool(re.search(said, asked)) and not re.search(needed, plain) for said, needed in _WANTED)
    return missing + wanted + sum(_find_surplus(plain, asked)) + sum(_find_misfits(query, plain, asked))


def _find_surplus(select: str, words: str) -> Iterator[bool]:
    """Groups and orders that nobody asked for, and groups without their names."""
    yield "group by" in select and not re.search(_GROUPS, words)
    yield "order by" in select and " limit " not in select and not re.search(_LISTS, words)
    group = _GROUP.search(select)
    yield group is not None and " limit " not in select and group[1] not in select.partition(" from ")[0]


def _find_misfits(query: Query, select: str, words: str) -> Iterator[bool]:
    """Texts that neither the words nor the cells have, and sums of what is no number."""
    known = {value.lower() for values in query.values.values() for value in values}
    for text in (text.strip("%").replace("''", "'") for text in _TEXT.findall(select)):
        yield text not in words and text not in known and _WORD.search(text) is not None
        yield re.search(r"\d{4}", text) is not None and not re.search(_DATED, words)
    no_numbers = {name.lower() for name in (*query.values, *query.dates)}
    yield from (name in no_numbers for name in _SUM.findall(select))
