"""Timestamps at the beginning of log lines, with the strptime format that reads them."""

import re

DATE, TIME = r"\d{4}-\d\d-\d\d", r"\d\d:\d\d:\d\d"
FORMATS = tuple(
    (re.compile(pattern), name)
    for pattern, name in (
        (rf"{DATE}T{TIME}[.,]\d+(?:Z|[-+]\d\d:?\d\d)", "%Y-%m-%dT%H:%M:%S.%f%z"),
        (rf"{DATE}T{TIME}(?:Z|[-+]\d\d:?\d\d)", "%Y-%m-%dT%H:%M:%S%z"),
        (rf"{DATE}T{TIME}[.]\d+", "%Y-%m-%dT%H:%M:%S.%f"),
        (rf"{DATE}T{TIME}", "%Y-%m-%dT%H:%M:%S"),
        (rf"{DATE} {TIME},\d{{3}}(?![\d.])", "%Y-%m-%d %H:%M:%S,%f"),
        (rf"{DATE} {TIME}\.\d+", "%Y-%m-%d %H:%M:%S.%f"),
        (rf"{DATE} {TIME}", "%Y-%m-%d %H:%M:%S"),
        (rf"\d{{4}}/\d\d/\d\d {TIME}", "%Y/%m/%d %H:%M:%S"),
        (rf"\d\d/[A-Z][a-z]{{2}}/\d{{4}}:{TIME} [-+]\d{{4}}", "%d/%b/%Y:%H:%M:%S %z"),
        (rf"[A-Z][a-z]{{2}} [A-Z][a-z]{{2}} [ \d]\d {TIME}(?:\.\d+)? \d{{4}}", "%a %b %d %H:%M:%S %Y"),
        (rf"[A-Z][a-z]{{2}} [ \d]\d {TIME}", "%b %d %H:%M:%S"),
        (rf"\d\d/\d\d/\d{{2,4}} {TIME}", "%d/%m/%y %H:%M:%S"),
        (rf"\d\d-\d\d {TIME}\.\d{{3}}", "%m-%d %H:%M:%S.%f"),
        (r"\[ *\d+\.\d{6}\]", "seconds since boot"),
        (rf"{TIME}(?:\.\d+|,\d{{3}}(?![\d.]))", "%H:%M:%S.%f"),
        (TIME, "%H:%M:%S"),
        (r"1[5-9]\d{8}\.\d+", "Unix seconds"),
    )
)
FURTHEST = 100  # characters in front of it: the host of an access log, a program's name


def find_timestamp(line: str) -> tuple[str, str, int] | None:
    """The strptime format, the timestamp as written and its place, for the first one in a line; else None.

    A timestamp that a delimiter ends is a cell of a table, and none of a log; nor is one with a comma in it that is the
    whole line, which is two cells.
    """
    begin = line[: FURTHEST + 40]
    for pattern, name in FORMATS:
        found = pattern.search(begin)
        if not found:
            continue
        before, after = begin[: found.start()], begin[found.end() : found.end() + 1]
        if "," in found.group() and not before + after:
            return None
        if (before and not before.endswith((" ", "[", "(", "<", "="))) or after in (",", ";", "\t", '"', "|"):
            return None
        if len(before) > FURTHEST or any(mark in before for mark in ",;\t|"):
            return None
        return name, found.group(), found.start()
    return None
