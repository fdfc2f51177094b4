"""Aggregates that SQLite has not, for the selects of those who ask for them."""

import re
from dataclasses import replace

from shellmate.request.digests.digest import Query

# The function of Python's statistics, the words that mean it, and how many values it needs.
_FUNCTIONS = (
    ("median", r"\bmedian\b|中位数", 1),
    ("stdev", r"\b(stdev|std|standard deviation)\b|标准差", 2),
    ("variance", r"\bvariance\b|方差", 2),
)
_IMPORTS_END = "import sys\n"
_CONNECTED = 'db = sqlite3.connect(":memory:")\n'


def add_aggregates(query: Query, words: str) -> Query:
    """The query with those that the words speak of, as functions of one column."""
    asked = [(name, least) for name, pattern, least in _FUNCTIONS if re.search(pattern, words, re.IGNORECASE)]
    if not asked:
        return query
    classes = "".join(_define(name, least) for name, least in asked)
    calls = "".join(f'db.create_aggregate("{name}", 1, {name.capitalize()})\n' for name, _ in asked)
    before = query.before.replace(_IMPORTS_END, f"import statistics\n{_IMPORTS_END}{classes}", 1)
    before = before.replace(_CONNECTED, _CONNECTED + calls, 1)
    return replace(query, before=before, aggregates=tuple(name for name, _ in asked))


def _define(name: str, least: int) -> str:
    return f"""

class {name.capitalize()}:
    def __init__(self):
        self.values = []

    def step(self, value):
        if value is not None:
            self.values.append(value)

    def finalize(self):
        return statistics.{name}(self.values) if len(self.values) >= {least} else None

"""
