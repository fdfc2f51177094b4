"""What ${...} makes of a variable's value."""

import re
from collections.abc import Iterator
from fnmatch import translate

from shellmate.answer.judging.marks import UNKNOWN, is_unknown

_LONGEST = 400  # characters of a value that patterns are tried on


def apply(operator: str, value: str, operands: list[str]) -> Iterator[str]:
    """The values that a parameter expansion may have, `operands` being plain text behind the operator."""
    operand = operands[0] if operands else ""
    if operator.lstrip(":") in ("-", "="):
        if is_unknown(value) or value:
            yield value
        if is_unknown(value) or not value:
            yield operand
    elif operator.lstrip(":") == "+":
        yield from (operand,) if value else ("",)
        if is_unknown(value):
            yield ""
    elif operator in ("#", "##", "%", "%%"):
        yield _cut(operator, value, operand)
    elif operator.startswith("/"):
        yield _substitute(operator, value, operand, operands[1] if len(operands) > 1 else "")
    elif operator == ":":
        yield _slice(value, operands)
    elif operator in ("^^", ",,", "^", ","):
        changed = value.upper() if operator[0] == "^" else value.lower()
        yield changed if len(operator) > 1 else changed[:1] + value[1:]
    elif operator == ":?" or operator == "?":
        yield value or UNKNOWN
    else:
        yield UNKNOWN if operator else value


def _cut(operator: str, value: str, pattern: str) -> str:
    if is_unknown(value) or len(value) > _LONGEST:
        return value
    matches = re.compile(translate(pattern)).match
    cuts = range(len(value) + 1)
    if operator[0] == "#":
        ends = [cut for cut in cuts if matches(value[:cut])]
        return value[(ends[-1] if len(operator) > 1 else ends[0]) :] if ends else value
    starts = [cut for cut in cuts if matches(value[cut:])]
    return value[: starts[0] if len(operator) > 1 else starts[-1]] if starts else value


def _substitute(operator: str, value: str, pattern: str, by: str) -> str:
    if is_unknown(value) or is_unknown(pattern) or len(value) > _LONGEST or not pattern:
        return value
    body = translate(pattern).removesuffix("\\Z").removesuffix("\\z")
    body = body[4:-1] if body.startswith("(?s:") else body
    try:
        return re.sub(body, lambda _: by, value, count=0 if operator == "//" else 1)
    except re.error:
        return UNKNOWN


def _slice(value: str, operands: list[str]) -> str:
    if is_unknown(value) or not all(re.fullmatch(r" *-?\d+ *", operand) for operand in operands):
        return UNKNOWN
    start, *length = (int(operand) for operand in operands)
    left = value[start:] if start >= 0 or -start <= len(value) else ""
    return left[: length[0]] if length else left
