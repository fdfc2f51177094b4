"""Understanding JSON of which only the beginning is there."""

import json
import re
from typing import Any

from shellmate.request.digests.fitting import decode

HEAD_BYTES = 1 << 18
DEEPEST = 400  # json.loads fails at about a thousand
TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[\[\]{},:]|[^\s\[\]{},:"]+')
MOST_VALUES = 200
HALF = re.compile(r"[,:]?|-?[\d.eE+-]*|t(ru?)?|f(a(ls?)?)?|n(ul?)?")  # what a cut may leave at the end


def parse_head(head: bytes, is_whole: bool) -> tuple[list[Any], bool]:
    """The values in it, the last one mended where it is cut, and whether nothing was cut.

    Several values may stand one after another, as jq writes them. Nothing where it is no JSON at all.
    """
    if is_whole:
        values, rest = _read_values(decode(head))
        if not rest:
            return values, True
    text = decode(head[:HEAD_BYTES])
    values, rest = _read_values(text)
    if rest and len(values) < MOST_VALUES:
        mended = mend(rest)
        if mended is not None:
            values.append(mended)
    return values, False


def is_json(head: bytes) -> bool:
    """Whether this is JSON, or the beginning of some: nothing in it is wrong but that it breaks off."""
    values, rest = _read_values(decode(head[:HEAD_BYTES]))
    if not rest:
        return bool(values)
    try:
        json.loads(rest)
    except json.JSONDecodeError as error:
        return error.msg.startswith("Unterminated string") or HALF.fullmatch(rest.rstrip(), error.pos) is not None
    except (ValueError, RecursionError):  # a number of more digits than Python reads, too deep
        return mend(rest) is not None
    return True


def mend(text: str) -> Any:
    """The value of JSON that breaks off: what is open is closed behind the last whole value. None where none is."""
    stack: list[str] = []
    end, closers = 0, ""
    before = ""
    for token in TOKEN.finditer(text):
        mark = token.group()
        if mark in "{[":
            stack.append("}" if mark == "{" else "]")
            if len(stack) > DEEPEST:
                break
            end, closers = token.end(), "".join(reversed(stack))
        elif mark in "}]":
            if not stack or stack.pop() != mark:
                break
            end, closers = token.end(), "".join(reversed(stack))
            if not stack:
                break
        elif mark not in ",:" and stack and token.end() < len(text) and (stack[-1] == "]" or before == ":"):
            end, closers = token.end(), "".join(reversed(stack))
        before = mark
    try:
        return json.loads(text[:end] + closers) if end else None
    except (ValueError, RecursionError):
        return None


def _read_values(text: str) -> tuple[list[Any], str]:
    """The whole values at the beginning, and the text behind them."""
    decoder = json.JSONDecoder()
    values: list[Any] = []
    text = text.strip()
    position = 0
    while position < len(text) and len(values) < MOST_VALUES:
        try:
            value, position = decoder.raw_decode(text, position)
        except (ValueError, RecursionError):
            break
        if not isinstance(value, (dict, list)) and len(text) > position:
            return [], text  # words and numbers in a row are no JSON
        values.append(value)
        while text[position : position + 1].isspace():
            position += 1
    return values, text[position:]
