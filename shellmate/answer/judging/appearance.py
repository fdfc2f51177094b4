"""What the eye makes of a text: signs that look like others, and signs that cannot be seen."""

import re
import unicodedata

from shellmate.answer.showing.sanitise import visible_characters

# Cyrillic and Greek letters, and an i without its dot.
_FOREIGN = (
    "\u0430\u0441\u0435\u0456\u0458\u043e\u0440\u0455\u0445\u0443"
    "\u0501\u043c\u043a\u0442\u0433\u03bf\u03c1\u03bd\u03b1\u0131"
)
_ALIKE = {
    **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\ufe63\uff0d", "-"),
    **dict.fromkeys("\u2044\u2215\u29f8\uff0f", "/"),
    **dict.fromkeys("\uff5e\u223c", "~"),
    **dict.fromkeys("\uff0a\u2217", "*"),
    **dict(zip(_FOREIGN, "aceijopsxydmktropvai", strict=True)),
}
_TURNING = re.compile("[\u202a-\u202e\u2066-\u2069]")
_OBEYED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def as_it_looks(text: str) -> str:
    """A text as somebody would type it who has only seen it; a carriage return is one that is pasted, which a terminal
    takes for a line feed."""
    text = text.replace("\r", "\n")
    if text.isascii():
        return text
    seen = "".join(char for char, shown in zip(text, visible_characters(text), strict=True) if char == shown)
    return "".join(_looks_like(char) for char in seen)


def has_hidden(text: str) -> bool:
    """Whether there are signs in it that a terminal obeys, or that cannot be seen among those that are typed."""
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").removesuffix("\r")
    if _TURNING.search(text) or _OBEYED.search(text):
        return True
    if text.isascii():
        return False
    hidden = [at for at, (char, shown) in enumerate(zip(text, visible_characters(text), strict=True)) if char != shown]
    return any(text[max(at - 1, 0) : at].isascii() and text[at + 1 : at + 2].isascii() for at in hidden)


def _looks_like(char: str) -> str:
    if char in _ALIKE:
        return _ALIKE[char]
    if unicodedata.category(char)[0] not in "LNZ":
        return char
    plain = unicodedata.normalize("NFKC", char)
    return plain if plain.isascii() else char
