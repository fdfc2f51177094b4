"""Any text as UTF-8 with \\n line ends, while it streams."""

import codecs
import re
from dataclasses import dataclass, field
from typing import Any

BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark is the beginning of this one
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
GUESSED_BYTES = 1 << 12
BEYOND_ASCII, GB_2312 = re.compile(rb"[\x80-\xff]+"), re.compile(rb"(?:[\xa1-\xf7][\xa1-\xfe])+")
LEAST_PAIRED = 8  # bytes: German has two accents side by side as well
PAIRED = 0.95  # the first bytes may end within a character, and some characters are none of GB 2312
MULTIBYTE = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")


def find_encoding(head: bytes) -> tuple[str, int]:
    """The codec of text that begins like this, and the length of its byte order mark.

    Without a mark it is UTF-16 where every second byte is NUL, GB18030 where it is no UTF-8 and bytes beyond ASCII come
    in the pairs of Chinese, cp1252 where there are bytes that are no UTF-8 and none that are more of it than ASCII,
    else UTF-8.
    """
    for mark, name in BOMS:
        if head.startswith(mark):
            return name, len(mark)
    sample = head[: GUESSED_BYTES // 2 * 2]
    if len(sample) >= 4:
        even, odd = (sample[n::2].count(0) / len(sample[n::2]) for n in (0, 1))
        if odd > 0.4 and even < 0.1:
            return "utf-16-le", 0
        if even > 0.4 and odd < 0.1:
            return "utf-16-be", 0
    if head.isascii() or is_utf8(head):
        return "utf-8", 0
    if _is_chinese(head):
        return "gb18030", 0
    return ("utf-8" if MULTIBYTE.search(head) else "cp1252"), 0


def codec_of(encoding: str, mark: int) -> str:
    """The codec that takes such text with its mark: `utf-8-sig` where there is one."""
    if not mark:
        return encoding
    return "utf-8-sig" if encoding == "utf-8" else encoding[:6]


@dataclass
class Transcoder:
    """Takes the bytes as they came, byte order mark included, and gives them as UTF-8 with \\n line ends.

    `skip` is the length of the mark; `lone_returns` makes a line end of each \\r, as old Macs wrote them.
    """

    encoding: str
    skip: int = 0
    lone_returns: bool = False
    _held: bytes = b""
    _decoder: Any = field(init=False, default=None)

    def __post_init__(self) -> None:
        if self.encoding != "utf-8":
            self._decoder = codecs.getincrementaldecoder(self.encoding)("replace")

    def convert(self, chunk: bytes, final: bool = False) -> bytes:
        """The next bytes; a \\r at the end is held back until it is known whether \\n follows."""
        if self.skip:
            skipped = min(self.skip, len(chunk))
            self.skip -= skipped
            chunk = chunk[skipped:]
        if self._decoder is not None:
            chunk = self._decoder.decode(chunk, final).encode("utf-8", "replace")
        if self._held:
            chunk, self._held = self._held + chunk, b""
        if b"\r" not in chunk:
            return chunk
        if chunk.endswith(b"\r") and not final:
            chunk, self._held = chunk[:-1], b"\r"
        chunk = chunk.replace(b"\r\n", b"\n")
        return chunk.replace(b"\r", b"\n") if self.lone_returns else chunk


def is_utf8(head: bytes) -> bool:
    """Whether text that begins like this decodes; a character that is cut at its end is no fault."""
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return False
    return True


def _is_chinese(head: bytes) -> bool:
    """Whether nearly all bytes beyond ASCII come in pairs as in GB 2312, whose characters most Chinese text is made of:
    letters with accents stand alone among others."""
    runs = BEYOND_ASCII.findall(head)
    paired = sum(len(run) for run in runs if GB_2312.fullmatch(run))
    return paired >= max(LEAST_PAIRED, PAIRED * sum(map(len, runs)))
