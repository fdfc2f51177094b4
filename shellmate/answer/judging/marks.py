"""Marks in the text of a command: what is quoted in it, and what cannot be known.

A quoted sign stands for itself and for nothing else. It is shielded: shifted to where no sign has a meaning, and
shifted back when all is expanded. The marks are private code points, which are taken out of every text that is judged.
"""

import re

UNKNOWN = "\ue000"  # text that cannot be told from the command
FETCHED = "\ue001"  # text from elsewhere, or decoded from what cannot be told
SECRET = "\ue003"  # beside text that is not known: a secret is in it
HOME = "/home/~"  # stands for anybody's
EMPTY = "\ue002"  # a quoted word with nothing in it, which is a word all the same
_SHIELD = 0xE100
_SHIELDED = re.compile(f"[{chr(_SHIELD)}-{chr(_SHIELD + 127)}]")
_MARKS = re.compile("[\ue000-\ue1ff]")
_SIGNS = re.compile(r"[^\w/\-]", re.ASCII)
_GLOB = re.compile(r"[*?]|\[[^\]]")


def without_marks(text: str) -> str:
    """A text as it may be judged: none of its characters is taken for a mark, and NULs are left out, as by shells."""
    return _MARKS.sub("?", text.replace("\0", ""))


def shield(text: str) -> str:
    """A quoted text."""
    return _SIGNS.sub(lambda found: chr(_SHIELD + ord(found[0])) if ord(found[0]) < 128 else found[0], text)


def reveal(text: str) -> str:
    """A text as a program is given it."""
    return _SHIELDED.sub(lambda found: chr(ord(found[0]) - _SHIELD), text).replace(EMPTY, "")


def is_glob(text: str) -> bool:
    """Whether a word stands for names that match it."""
    return _GLOB.search(text) is not None


def is_unknown(text: str) -> bool:
    return UNKNOWN in text or FETCHED in text


def legible(text: str) -> str:
    """A text for a reader."""
    return re.sub(f"[{UNKNOWN}{FETCHED}{SECRET}]+", "…", reveal(text)).replace(HOME, "~")
