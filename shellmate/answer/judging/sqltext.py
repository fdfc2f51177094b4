"""What SQL would do to data that is there."""

import re
from collections.abc import Iterator

from shellmate.answer.judging.findings import CAUTION, Finding

_NOISE = re.compile(r"--[^\n]*|/\*.*?\*/|'(?:[^']|'')*'", re.DOTALL)
_DROPS = re.compile(
    r"\b(drop\s+(database|schema|table|view|index|user|role|column|tablespace|trigger|function|procedure|sequence|collection|keyspace|materialized\s+view|type|policy|role|extension)"
    r"|drop\s+(if\s+exists\s+)?\w+\s*$|truncate\b|alter\s+table\s+\S+\s+drop\b)",
    re.IGNORECASE,
)
_CHANGES = re.compile(r"\b(delete\s+from|update\s+\S+\s+set)\b", re.IGNORECASE)
_ALL = re.compile(r"\bwhere\s+(1\s*=\s*1|true|1)\s*$", re.IGNORECASE)
_GRANTS = re.compile(
    r"\bgrant\s+all\b|\bxp_cmdshell\b|\binto\s+outfile\b|\bcopy\s.*\b(to|from)\s+program\b", re.IGNORECASE
)


def find_in_sql(text: str) -> Iterator[Finding]:
    """Findings for statements, be they SQL at all or not."""
    for statement in _NOISE.sub("''", text[:100_000]).split(";"):
        plain = " ".join(statement.split())
        if found := _DROPS.search(plain):
            yield Finding(CAUTION, f"deletes data: {found[0].lower()}")
        elif found := _CHANGES.search(plain):
            if not re.search(r"\bwhere\b", plain, re.IGNORECASE) or _ALL.search(plain):
                what = "deletes" if found[0].lower().startswith("delete") else "changes"
                yield Finding(CAUTION, f"{what} all rows of a table")
        elif _GRANTS.search(plain):
            yield Finding(CAUTION, "gives away rights or runs programs by SQL")
