"""What a terminal would obey, or the eye could not see, made visible.

A model's answer may carry, by accident or by the design of whoever wrote its input, sequences that a terminal
obeys (OSC 52 fills the clipboard) and characters that make code look other than it runs ("trojan source").
Pipes get the bytes as they are; this is for terminals alone.
"""

import unicodedata
from bisect import bisect_right

ZERO_WIDTH_JOINER = "\u200d"
TEXT_STYLE, EMOJI_STYLE = "\ufe0e", "\ufe0f"
KEYCAP = "\u20e3"
KEYCAP_BASES = frozenset("0123456789#*")
EMOJI_PUNCTUATION = frozenset("‼⁉〰〽㊗㊙ℹ")  # emoji that Unicode does not count among the symbols

HIDDEN_CATEGORIES = frozenset(("Cc", "Cf", "Cs", "Zl", "Zp"))

# Unicode's Default_Ignorable_Code_Point outside those categories: blank or nothing on every screen.
IGNORABLE = (
    (0x034F, 0x034F),  # combining grapheme joiner
    (0x115F, 0x1160),  # Hangul fillers
    (0x17B4, 0x17B5),  # Khmer inherent vowels
    (0x180B, 0x180F),  # Mongolian selectors
    (0x2065, 0x2065),
    (0x3164, 0x3164),  # Hangul filler
    (0xFE00, 0xFE0F),  # variation selectors
    (0xFFA0, 0xFFA0),  # half-width Hangul filler
    (0xFFF0, 0xFFF8),
    (0xE0000, 0xE0FFF),  # tags, the second range of variation selectors
)
STARTS = [first for first, _ in IGNORABLE]


def make_visible(text: str) -> str:
    r"""Text for a terminal: each hidden character as an escape such as `\x1b` or `\u202e`, the rest as it is.

    Line feeds and tabs stay. A joiner stays between two emoji only, a variation selector only directly behind
    an emoji or inside a keycap; tags never stay, not even in the three flags that are made of them. Text that
    comes in pieces is safe piece by piece, but an emoji cut in two may show its joiner.
    """
    return text if _is_plain(text) else "".join(visible_characters(text))


def visible_characters(text: str) -> list[str]:
    """For each character what a terminal is to show; joined it is `make_visible(text)`."""
    if _is_plain(text):
        return list(text)
    return [
        _escape(char) if _is_hidden(char) and not _belongs_to_emoji(text, at) else char for at, char in enumerate(text)
    ]


def _is_plain(text: str) -> bool:
    return text.isascii() and text.replace("\n", "").replace("\t", "").isprintable()


def _is_hidden(char: str) -> bool:
    if char in "\n\t":
        return False
    if unicodedata.category(char) in HIDDEN_CATEGORIES:
        return True
    at = bisect_right(STARTS, ord(char)) - 1
    return at >= 0 and ord(char) <= IGNORABLE[at][1]


def _belongs_to_emoji(text: str, at: int) -> bool:
    char, before, after = text[at], text[at - 1 : at], text[at + 1 : at + 2]
    if char == ZERO_WIDTH_JOINER:
        if before == EMOJI_STYLE:
            before = text[at - 2 : at - 1]
        return _is_emoji(before) and _is_emoji(after)
    if char in (TEXT_STYLE, EMOJI_STYLE):
        return _is_emoji(before) or (before in KEYCAP_BASES and after == KEYCAP)
    return False


def _is_emoji(char: str) -> bool:
    """A symbol that is not ASCII and may be an emoji; skin tones are modifier symbols."""
    if not char or char.isascii():
        return False
    return char in EMOJI_PUNCTUATION or unicodedata.category(char) in ("So", "Sm") or "🏻" <= char <= "🏿"


def _escape(char: str) -> str:
    code = ord(char)
    if char == "\r":
        return r"\r"
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
