"""What the words of a question name of a table: its columns, their values, numbers."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from shellmate.request.digests.digest import Query

COLUMN, VALUE, NUMBER = "column", "value", "number"
_HOW_MANY = r"\b(how many|number of|count)\s+(of\s+)?((the|different|distinct|unique|kinds? of)\s+)*$"
_A_NUMBER = r"\b(average|avg|mean|median|total|highest|largest|lowest|smallest)\s+number of\s+(the\s+)?$"
_ARE_THERE = r"(are|were) there\b"
_GROUPED = r"\b(per|by|each|every)\s+((kind|type|sort) of\s+)?$|[每各]个?$"
_PART = re.compile(r"[^\W_]+")
_ASCII = re.compile(r"[a-z0-9]+")
_NUMBER = re.compile(r"(?<![\w.])\d+(?:\.\d+)?(?![\w.])")
_SAYS_NOTHING = frozenset(("yes", "no", "true", "false", "none", "all", "other", "and", "or", "not", "in", "of", "the"))


@dataclass(frozen=True)
class Mention:
    """`text` is the name, the value or the number as a select has it; `column` the one whose value it is; `before` and
    `after` are the words around it."""

    kind: str
    text: str
    column: str = ""
    before: str = ""
    after: str = ""

    @property
    def is_counted(self) -> bool:
        """Whether the words ask how many there are of it."""
        asked = self.kind == COLUMN and re.search(_HOW_MANY, self.before)
        return bool(asked) and not re.search(_A_NUMBER, self.before)

    @property
    def is_group(self) -> bool:
        """Whether the words ask for something for each of its values."""
        return self.kind == COLUMN and re.search(_GROUPED, self.before) is not None

    def is_heeded(self, select: str) -> bool:
        """Whether a select does with it what the words ask for, as far as can be told."""
        plain, name = select.lower(), self.text.lower()
        if self.is_counted and re.match(_ARE_THERE, self.after):
            return "distinct" in plain or "group by" in plain
        if self.is_counted:
            return "distinct" in plain or "sum(" in plain or ("count(" in plain and " where " in plain)
        if self.is_group:
            inside = re.search(rf'\b\w+\("?{re.escape(name)}"?\)', plain) is not None
            return inside or name in plain.partition(" by ")[2] or re.search(r" by \d", plain) is not None
        return name in plain


def find_mentions(query: Query, columns: Sequence[str], words: str) -> list[Mention]:
    """What the words name, `columns` being all of the table's."""
    asked = words.lower()
    found = [
        Mention(COLUMN, name, before=asked[:at], after=asked[at:].partition(" ")[2])
        for name, at in _find_columns(columns, asked)
    ]
    named = {mention.text.lower() for mention in found}
    for column, values in (*query.values.items(), *query.named.items()):
        others = (value for value in values if value.lower() not in named)
        found += [Mention(VALUE, v, column, asked[:at]) for v in others for at in _find(v, asked)[:1]]
    return found + [Mention(NUMBER, number[0], before=asked[: number.start()]) for number in _NUMBER.finditer(asked)]


def _find_columns(columns: Sequence[str], words: str) -> list[tuple[str, int]]:
    """Columns with the place where each is named; of some that differ by an s only the one that is written so."""
    found = [(name, at) for name in columns for at in _find(name, words)[:1]]
    exact = {at: name for name, at in found if re.match(rf"{re.escape(name.lower())}(?!\w)", words[at:])}
    return [(name, at) for name, at in found if exact.get(at, name) == name]


def _find(name: str, words: str) -> list[int]:
    """Where a name, or a value, stands in the words, be it in another number or with other marks between its parts."""
    lower = name.lower()
    parts = [stem_of(part) for part in _PART.findall(lower)]
    if not parts or len(name) < 2 or lower in _SAYS_NOTHING or lower.isdigit():
        return []
    if not all(_ASCII.fullmatch(part) for part in parts):
        return [words.find(lower)] if lower in words else []
    return list(_find_parts(parts, words))


def _find_parts(parts: list[str], words: str) -> Iterator[int]:
    said = [(stem_of(found[0]), found.start()) for found in _ASCII.finditer(words)]
    for at in range(len(said) - len(parts) + 1):
        if [stem for stem, _ in said[at : at + len(parts)]] == parts:
            yield said[at][1]


def stem_of(word: str) -> str:
    """A word without the s of its plural."""
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word
