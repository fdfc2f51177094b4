"""The cells that a question names, sought in all of a table: the first rows do not have every value."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

MOST_WORK = 640 << 20  # bytes that are gone through, once for each phrase: half a second, and 60 MB for a question
MOST_TRIES = 500  # at a place where the words are but part of a cell, in each block
MOST_NEEDLES = 100
LONGEST_LINE = 1 << 16
LONGEST_PHRASE = 4  # words
EDGES = frozenset((b",", b";", b"\t", b"|", b":", b'"', b"\n", b""))
_WORD = re.compile(r"[^\s,;!?()\"“”‘’，。？！、]+")
_WITHOUT_BLANKS = re.compile(r"[\u3400-\u9fff\u3040-\u30ff\uac00-\ud7a3]{2,}")
_LONGEST_RUN = 6  # characters, where words have no blanks between them
_FILLING = """
a all an and any are as at average avg be by column columns count data did different distinct do does each entries
every false first for from had has have highest how in input is it item items its largest last least less line lines
list lowest many max maximum mean median min minimum more most much name names no none not number of on only or other
over per row rows smallest some sort sum than that the their them there these this those to top total true under unique
value values was were what when where which who whose why with without year yes
"""
FILLERS = frozenset(_FILLING.split())


@dataclass(frozen=True)
class Hit:
    """A cell in lower case, and its line: what is in front of it, and all of it."""

    cell: str
    before: bytes
    line: bytes


class Sought:
    """Takes blocks that end at line ends; `hits` has for each phrase of the words the first cell that is just it, in
    whatever case. The first of several lines, in which names of columns may be, is passed over."""

    def __init__(self, words: str) -> None:
        self.hits: list[Hit] = []
        self._needles = dict.fromkeys(list(dict.fromkeys(_phrases(words)))[:MOST_NEEDLES])
        self._work = 0

    def take(self, block: bytes) -> None:
        if not self._needles or self._work >= MOST_WORK:
            return
        lowered = block.lower()
        begin = 0 if self._work else lowered.find(b"\n") + 1
        self._work += len(block) * len(self._needles)
        for phrase in list(self._needles):
            needle = phrase.encode("utf-8", "replace")
            at = next(_places(lowered, needle, begin), -1)
            if at >= 0:
                del self._needles[phrase]
                self.hits.append(_hit(phrase, block, at, at + len(needle)))


def _places(block: bytes, needle: bytes, begin: int) -> Iterator[int]:
    """Where a cell is just the needle."""
    at = block.find(needle, begin)
    for _ in range(MOST_TRIES):
        if at < 0:
            return
        end = at + len(needle)
        if block[max(0, at - 1) : at] in EDGES and block[end : end + 1] in EDGES:
            yield at
        at = block.find(needle, end)


def _hit(phrase: str, block: bytes, at: int, end: int) -> Hit:
    begin = max(block.rfind(b"\n", 0, at) + 1, at - LONGEST_LINE)
    line_end = block.find(b"\n", end, end + LONGEST_LINE)
    return Hit(phrase, block[begin:at], block[begin : line_end if line_end >= 0 else end + LONGEST_LINE])


def _phrases(words: str) -> Iterator[str]:
    """What may be the text of a cell, the longest first: a few words in a row, or one that says something."""
    said = [word.strip(".:'") for word in _WORD.findall(words)]
    said = [word.removesuffix("'s") for word in said if word]
    for length in range(min(LONGEST_PHRASE, len(said)), 1, -1):
        for start in range(len(said) - length + 1):
            phrase = said[start : start + length]
            if FILLERS.isdisjoint((phrase[0].lower(), phrase[-1].lower())):
                yield " ".join(phrase).lower()
    yield from (word.lower() for word in said if _says_something(word))
    for run in _WITHOUT_BLANKS.findall(words):
        for length in range(min(_LONGEST_RUN, len(run)), 1, -1):
            yield from (run[start : start + length] for start in range(len(run) - length + 1))


def _says_something(word: str) -> bool:
    """Numbers are compared as numbers; of two letters only a code such as UA is meant."""
    if word.lower() in FILLERS or not re.search(r"[^\W\d]", word):
        return False
    return len(word) > 2 or (len(word) == 2 and not word.islower() and word.isascii())
