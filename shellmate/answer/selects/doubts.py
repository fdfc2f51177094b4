"""Whether a select answers its question, as far as the words of the two tell.

A small model tends to the shortest select: it leaves out the group, the year or the condition. What it said second or
third often has them.
"""

import re
from collections.abc import Iterator, Sequence

from shellmate.answer.selects.mentions import COLUMN, Mention, stem_of
from shellmate.request.digests.digest import Query
from shellmate.request.digests.sought import FILLERS

_NO_SUPERLATIVES = (
    r"forest|interest|test|pretest|contest|protest|(north|south|mid)?west|request|rest|arrest|guest|nest|harvest|honest"
    r"|pest|tempest|vest|invest|chest|quest|conquest|digest|manifest|suggest|ingest|priest|modest|crest|everest"
)
_MOST = rf"\b(most|least|fewest|(?!(?:{_NO_SUPERLATIVES})\b)\w{{2,}}est)\b|最"
_GROUPS = rf"\b(per|each|every|by|distribution|breakdown|which|different|distinct|unique)\b|每|各|分布|分别|哪|{_MOST}"
_LISTS = (
    r"\b(sort(ed)?|order(ed)?|rank(ed)?|list|first|last|all|top|per|each|every|by|\d{1,3})\b"
    r"|排序|排列|列出|所有|每|各|前"
)
_COMMON = r"\b(most|least) (common|frequent|popular|often)\b|\brarest\b|最(不)?常见|出现.*最[多少]"
_MOST_OF = re.compile(rf"\b(?!(?:{_NO_SUPERLATIVES})\b)\w{{2,}}est (?P<kind>[a-z]{{2,}})\b")
# Of these the words say for sure which end is meant; the oldest has the highest age, and the lowest year.
_LOW = r"\b(lowest|smallest|least|fewest|minimum|shortest|cheapest)\b|最[低小少短]"
_HIGH = r"\b(highest|largest|biggest|greatest|most|maximum|longest|tallest|heaviest|dearest)\b|最[高大多长]"
_EARLY, _LATE = r"\b(oldest|earliest)\b|最[老早]", r"\b(youngest|newest|latest|most recent)\b|最[新晚]"
_TIME, _AGE = r"year|date|time|年|日期|时间", r"\bage\b|年龄"
_ENDS = r"\b(first|last|latest|earliest|newest|recent|alphabet)|最早|最晚|最新|第一|最后"
_NO_MEAN = r"(?<!average )(?<!mean )(?<!median )(?<!highest )(?<!largest )(?<!lowest )(?<!smallest )"
_WANTED = (  # what words want, and what a select has that gives it
    (r"\b(average|avg|mean)\b|平均", r"\bavg\("),
    (r"\bmedian\b|中位数", r"\bmedian\("),
    (r"\b(sum|total)\b|总和|总计|总额|总金额", r"\b(sum|total|count)\("),
    (r"\b(different|distinct|unique)\b|不同", r"\bdistinct\b|\bgroup by\b"),
    (r"\b(per|each|every)\b|每|各", r"\b(group|partition) by\b"),
    (_MOST, r"\b(limit|max|min|order by)\b"),
    (_COMMON, r"\bcount\("),
    (rf"{_NO_MEAN}\b(how many|number of)\b|多少个|几个|数量|次数", r"\b(count|sum|total)\("),
    (r"\b(since|at least|or more)\b|以上|至少", ">="),
)
_DATED = r"\d|\b(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|today|yesterday|this|last)|[年月日今昨]"
_TEXT = re.compile(r"'((?:[^']|'')*)'")
_WORD = re.compile(r"[^\W\d_]{4,}")
_GROUP = re.compile(r'\bgroup by (\w*[^\W\d]\w*|"[^"]+")')
_END = re.compile(r'\b(?:min|max)\(\s*"?([^()"]+?)"?\s*\)')
_ORDER = re.compile(r"\border by ((?:[^(),]|\([^()]*\))+?)( desc)? limit 1\s*$")
_END_ALONE = re.compile(r'select (min|max)\((\w+|"[^"]+")\) from t( where .+)?', re.IGNORECASE)
_EQUALS_TEXT = re.compile(r"(?<![<>!])=\s*'([^'\d]+)'")
_PARTS = re.compile(r"[^\W\d_]+")
_TRUTHS = ("true", "false", "yes", "no", "t", "f", "y", "n", "on", "off")
_LABELS = ("name", "command", "cmd", "filesystem", "title")
_EQUALS = re.compile(r"(?<![<>!])=\s*(\d+)\b(?![.])")
_NAMES = re.compile(r'"((?:[^"]|"")*)"( numeric)?')
_SUM = re.compile(r'\b(?:sum|avg|total|median)\(\s*(?:distinct\s+)?"?([^()"]+?)"?\s*\)')


def count_doubts(query: Query, select: str, mentions: Sequence[Mention], words: str, digest: str = "") -> int:
    """In how many ways a select that can be run does not go with the words of its question, or does with too much.
    `digest` is what the model was shown of the table."""
    plain, asked = select.lower(), words.lower()
    missing = sum(not mention.is_heeded(select) for mention in mentions)
    wanted = sum(bool(re.search(said, asked)) and not re.search(needed, plain) for said, needed in _WANTED)
    misfits = sum(_find_misfits(query, plain, asked)) + is_upside_down(plain, asked)
    misfits += (name_the_end(query, select, mentions, words) != "") + bool(_find_inventions(plain, mentions, asked))
    return missing + wanted + sum(_find_surplus(plain, asked, digest)) + misfits


def is_upside_down(select: str, words: str) -> bool:
    """Whether the words ask for one end of an order, and a select takes the other one."""
    order, asked = _ORDER.search(select.lower()), words.lower()
    if not order:
        return False
    low, high = re.search(_LOW, asked), re.search(_HIGH, asked)
    early, late = re.search(_EARLY, asked), re.search(_LATE, asked)
    if re.search(_AGE, order[1]):
        low, high = low or late, high or early
    elif re.search(_TIME, order[1]):
        low, high = early, late
    return bool(low) != bool(high) and bool(low) == bool(order[2])


def name_the_end(query: Query, select: str, mentions: Sequence[Mention], words: str) -> str:
    """For a select that has but the largest number, where `largest file` asks for what has it: one with its name too;
    empty where a column is spoken of, or none has names."""
    end, asked = _END_ALONE.fullmatch(select.strip()), _MOST_OF.search(words.lower())
    label = next((name for name, _ in _NAMES.findall(query.schema) if name.lower() in _LABELS), "")
    if not end or not asked or not label:
        return ""
    if any(mention.kind == COLUMN and len(mention.before) == asked.start("kind") for mention in mentions):
        return ""
    order = f"{end[2]} desc" if end[1].lower() == "max" else end[2]
    return f"select {label}, {end[2]} from t{end[3] or ''} order by {order} limit 1"


def _find_surplus(select: str, words: str, digest: str) -> Iterator[bool]:
    """Groups and orders that nobody asked for, groups without their names, and numbers of the first rows that nobody
    spoke of."""
    yield any(
        re.search(rf"\b{number}\b", digest) and not re.search(rf"\b{number}\b", words)
        for number in _EQUALS.findall(select)
    )
    yield "group by" in select and not re.search(_GROUPS, words)
    yield "order by" in select and " limit " not in select and not re.search(_LISTS, words)
    group = _GROUP.search(select)
    yield group is not None and " limit " not in select and group[1] not in select.partition(" from ")[0]


def without_inventions(select: str, mentions: Sequence[Mention], words: str) -> str:
    """A select without the conditions that nobody asked for, where it has others; else empty."""
    invented = _find_inventions(select.lower(), mentions, words.lower())
    if not invented:
        return ""
    texts = "|".join(map(re.escape, invented))
    left = re.sub(rf"""\s+and\s+(\w+|"[^"]+")\s*=\s*'({texts})'(?!\s+or\b)""", "", select, flags=re.IGNORECASE)
    return left if left != select else ""


def _find_inventions(select: str, mentions: Sequence[Mention], words: str) -> set[str]:
    """The texts that a select compares with and the words do not have, where they are more than the words that could
    mean one."""
    told = {stem_of(part) for mention in mentions for part in _PARTS.findall(mention.text.lower())}
    said = {word for word in _PARTS.findall(words) if word not in FILLERS and stem_of(word) not in told}
    texts = {text for text in _EQUALS_TEXT.findall(select) if text not in _TRUTHS}
    texts = {text for text in texts if not re.search(rf"(?<![a-z]){re.escape(text)}", words)}
    return texts if len(texts) > len(said) else set()


def _find_misfits(query: Query, select: str, words: str) -> Iterator[bool]:
    """Texts that neither the words nor the cells have, and sums of what is no number."""
    known = {value.lower() for name in (*query.values, *query.named) for value in query.values_of(name)}
    for text in (text.strip("%").replace("''", "'") for text in _TEXT.findall(select)):
        yield text not in words and text not in known and _WORD.search(text) is not None
        yield re.search(r"\d{4}", text) is not None and not re.search(_DATED, words)
    if not re.search(_ENDS, words):
        texts = _texts_of(query)
        yield from (name in texts for name in _END.findall(select))
    no_numbers = {name.lower() for name in (*query.values, *query.named, *query.dates)}
    yield from (name in no_numbers for name in _SUM.findall(select))


def _texts_of(query: Query) -> set[str]:
    """Columns of texts that are no dates, in lower case."""
    known = {name.lower() for name in (*query.values, *query.named)}
    if " numeric" in query.schema:
        known |= {name.lower() for name, numeric in _NAMES.findall(query.schema) if not numeric}
    return known - {name.lower() for name in query.dates}
