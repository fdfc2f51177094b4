"""How a select may go on where it went wrong: its beginning up to there, with what could stand there instead.

A small model translates the names of columns and their values, or makes them up, and takes each date for an ISO one;
but it can choose among those that are.
"""

import re
from collections.abc import Sequence
from difflib import get_close_matches

from shellmate.answer.selects.doubts import is_upside_down, name_the_end
from shellmate.answer.selects.mentions import COLUMN, VALUE, Mention
from shellmate.answer.selects.preparing import find_fault, open_table
from shellmate.request.digests.digest import Query
from shellmate.request.digests.query import quote_identifier, quote_text

_UNKNOWN = re.compile(r"no such column: (?:t\.)?(.+)")
_AT_KEYWORD = re.compile(r'near "(\w+)": syntax error')
_PLAIN = re.compile(r"[^\W\d]\w*")
_COMPARED = re.compile(
    r"""(?P<column>\w+|"[^"]+")\s*(?P<operator>=|==|!=|<>|<=?|>=?|\blike\b)\s*'(?P<text>(?:[^']|'')*)'""", re.IGNORECASE
)
_EQUAL = ("=", "==")
_NEW_YEAR = re.compile(r"\d{4}([-/.])01\1?01")
# In front of a text in the wrong quotes: what compares, joins or chooses, and functions but those that compute.
_MEANS_TEXT = re.compile(
    r"([=<>]|\|\||\b(like|in|then|else|glob)|(?<!\bavg)(?<!\bsum)(?<!\bmin)(?<!\bmax)(?<!count)(?<!\bmedian)\([^()]*)\s*$",
    re.IGNORECASE,
)
_ALIKE = 0.75  # of difflib's ratio
_SEPARATOR = re.compile(r"[-/.]")


def propose_beginnings(query: Query, select: str, words: str) -> list[str]:
    """The beginnings with which a select can be written anew; none where it is right as far as can be seen, or is one
    of them. `words` are the question's."""
    beginnings = _propose(query, select, words)
    return [] if any(select.startswith(beginning) for beginning in beginnings) else beginnings


def _propose(query: Query, select: str, words: str) -> list[str]:
    fault = find_fault(query, select)
    if fault:
        return _propose_columns(query, select, fault)
    for found in _COMPARED.finditer(select):
        column = found["column"].strip('"').lower()
        if condition := _move(query, column, found):
            return [f"{select[: found.start()]}{condition}"]
        operators = _find_operators(query, column, found, words)
        if operators:
            return [f"{select[: found.start('operator')]}{operator}" for operator in operators]
    return []


def propose_additions(query: Query, select: str, mentions: Sequence[Mention], words: str) -> list[str]:
    """Beginnings that have what a select lacks, one for each mention that it does not heed, one with the order that the
    words ask for, and one with the name of what is the largest."""
    added = [new for mention in mentions if not mention.is_heeded(select) and (new := _add(query, select, mention))]
    named = name_the_end(query, select, mentions, words)
    return [*([named] if named else []), *([_turn(select)] if is_upside_down(select, words) else []), *added]


def _turn(select: str) -> str:
    """The select with its last order the other way round."""
    turned, count = re.subn(r" desc( limit 1\s*)$", r"\1", select, flags=re.IGNORECASE)
    return turned if count else re.sub(r"( asc)?( limit 1\s*)$", r" desc\2", select, flags=re.IGNORECASE)


def _add(query: Query, select: str, mention: Mention) -> str:
    up_to_table = re.match(r"select .+? from t\b", select, re.IGNORECASE)
    has_condition = " where " in select.lower()
    if mention.kind == COLUMN:
        name = write_column(query, mention.text)
        if mention.is_counted:
            return f"select count(distinct {name}"
        return f"select {name}," if mention.is_group else ""
    if not up_to_table or (has_condition and mention.kind != VALUE):
        return ""
    condition = f" {write_column(query, mention.column)} = {quote_text(mention.text)}" if mention.kind == VALUE else ""
    return f"{up_to_table[0]} where{condition}"


def write_column(query: Query, name: str) -> str:
    """A column's name as SQL, in quotes where it needs them."""
    return name if _PLAIN.fullmatch(name) and not find_fault(query, f"select {name} from t") else quote_identifier(name)


def _propose_columns(query: Query, select: str, fault: str) -> list[str]:
    with open_table(query) as (_, columns):
        names = columns
    if keyword := _AT_KEYWORD.fullmatch(fault):
        place = re.search(rf'(?<![\w"]){re.escape(keyword[1])}(?![\w"]| by\b)', select, re.IGNORECASE)
        names = [name for name in columns if name.lower() == keyword[1].lower()]
    else:
        unknown = _UNKNOWN.fullmatch(fault)
        place = unknown and re.search(rf'"?(?<!\w){re.escape(unknown[1])}(?!\w)"?', select)
        if unknown and place and _is_text(query, select[: place.start()], place[0], columns):
            return [select[: place.start()] + quote_text(unknown[1])]
    return [select[: place.start()] + write_column(query, name) for name in names] if place else []


def _is_text(query: Query, before: str, quoted: str, columns: Sequence[str]) -> bool:
    """Whether what is quoted like a column is meant as a text: it stands where one may, and is a value or like no
    column."""
    text = quoted.strip('"').lower()
    known = (value for name in (*query.values, *query.named) for value in query.values_of(name))
    is_value = any(text == value.lower() for value in known)
    alike = get_close_matches(text, [name.lower() for name in columns], cutoff=_ALIKE)
    return quoted.startswith('"') and _MEANS_TEXT.search(before) is not None and (is_value or not alike)


def _move(query: Query, column: str, found: re.Match[str]) -> str:
    """The comparison with the column whose value the text is, where the question names one; empty where it is so."""
    text = found["text"].replace("''", "'").lower()
    at = {name: value for name, values in query.named.items() for value in values if value.lower() == text}
    if found["operator"] not in _EQUAL or not at or any(name.lower() == column for name in at):
        return ""
    if any(value.lower() == text for value in query.values_of(column)):
        return ""
    name, value = next(iter(at.items()))
    return f"{write_column(query, name)} = {quote_text(value)}"


def _find_operators(query: Query, column: str, found: re.Match[str], words: str) -> list[str]:
    """What may follow a column instead of the comparison that was found: an operator with a text."""
    text, operator = found["text"].replace("''", "'"), found["operator"]
    if not text and operator in _EQUAL:
        return ["is null"]
    if not text and operator in ("!=", "<>"):
        return ["is not null"]
    if operator.lower() == "like" and column == "line" and (better := _strip_blanks(text)) != text:
        return [f"{operator} {quote_text(better)}"]
    date = next((date for name, date in query.dates.items() if name.lower() == column), "")
    if date:
        better = _write_date(text, operator, date, words)
        return [better] if better else []
    values = query.values_of(column)
    is_all = query.is_whole and any(name.lower() == column for name in query.values)
    if not values or text in values or operator not in (*_EQUAL, "!=", "<>"):
        return []
    alike = [value for value in values if value.lower() == text.lower()]
    if not alike and not is_all:
        return []  # it may be further on
    return [f"{operator} {quote_text(value)}" for value in alike or values]


def _strip_blanks(pattern: str) -> str:
    """A pattern without a blank at one of its ends: what it is to find may stand at the line's or the cell's."""
    text = pattern.strip("%")
    return pattern if text[:1].isspace() == text[-1:].isspace() else pattern.replace(text, text.strip())


def _write_date(text: str, operator: str, date: str, words: str) -> str:
    """The comparison with a text that is written as the dates are; empty where it is so already. The first of January
    stands for its year where the words do not speak of it."""
    written = "".join(_as_in(date, place, char) for place, char in enumerate(text))
    if (
        operator in _EQUAL
        and _NEW_YEAR.fullmatch(written)
        and not re.search(r"\b0?1(st)?\b|\bfirst|new year|jan|元旦|一月|1月", words.lower())
    ):
        return f"like {quote_text(written[:4] + '%')}"
    if operator in _EQUAL and len(written) < len(date) and written:
        return f"like {quote_text(written + '%')}"
    return f"{operator} {quote_text(written)}" if written != text else ""


def _as_in(date: str, place: int, char: str) -> str:
    """A separator becomes the one that the date has in that place."""
    there = date[place : place + 1]
    return there if _SEPARATOR.fullmatch(char) and _SEPARATOR.fullmatch(there) else char
