"""What a chat model says around its code, taken away: what is left reads as shellmate's own model is made to write."""

import re
from collections.abc import Sequence

from shellmate.engine.endpoint.chatblock import Block

END = "\n```"
_STANDS_ALONE = {  # code that is whole without the beginning that was asked for, and would be broken by it
    "bash": re.compile(r"[\w./~(\[{!]"),
    "python": re.compile(r".*(\bstdin\b|\bfileinput\b|\binput\(|\bopen\(0)", re.DOTALL),
    "sql": re.compile(r"(select|with)\b", re.IGNORECASE),
}
_THOUGHT, _THOUGHT_ENDS = "<think>", "</think>"


class Thoughts:
    """Leaves out what a model thinks aloud, in one block of tags in front of its answer."""

    def __init__(self) -> None:
        self._held, self._passes = "", False

    def leave_out(self, text: str) -> str:
        """As much of the answer as is certain."""
        if self._passes:
            return text
        self._held += text
        begun = self._held.lstrip()
        if _THOUGHT.startswith(begun):
            return ""
        if begun.startswith(_THOUGHT):
            _, mark, answer = begun.partition(_THOUGHT_ENDS)
            self._passes = bool(mark)
            return answer.lstrip()
        self._passes = True
        return self._held


class Prose:
    """Passes an answer on as it is; one that goes on from `answered` gives that first, once."""

    closed = False

    def __init__(self, answered: str = ""):
        self._answered, self._held, self._decided = answered, "", not answered

    def feed(self, text: str) -> list[str]:
        if self._decided:
            return [text] if text else []
        self._held += text
        return [] if self._answered.startswith(self._held) else self._begin()

    def finish(self, cut: bool) -> list[str]:
        return [] if self._decided else self._begin()

    def _begin(self) -> list[str]:
        self._decided = True
        rest = self._held.removeprefix(self._answered)
        return [self._answered, rest] if rest else [self._answered]


class Code:
    """Makes one block of code of an answer that is cut into pieces anywhere: its opening, the code, its end.

    The opening is that of the `openings` which fits. One that is longer than its fence is only its fence where the code
    neither begins with the rest of it, case and white space aside, nor can go on from it. An answer that goes on from
    `answered`, an opening with code, begins with that, whether the model has repeated it or not.
    """

    def __init__(self, openings: Sequence[str], answered: str = ""):
        self._openings, self._answered = openings, answered
        wanted = frozenset(_language_of(opening) for opening in ([answered] if answered else openings))
        self._block = Block(wanted, bool(answered))
        self._held, self._decided = "", False
        self.closed = False

    def feed(self, text: str) -> list[str]:
        """The pieces that are certain; with the end of the code it is `closed`, and what follows gives none."""
        if self.closed:
            return []
        pieces = self._take(self._block.feed(text), self._block.closed)
        if self._block.closed:
            self.closed = True
            pieces.append(END)
        return pieces

    def finish(self, cut: bool) -> list[str]:
        """What the answer's end decides; one that was `cut` there has no end of its code."""
        if self.closed:
            return []
        pieces = self._take(self._block.finish(), True)
        self.closed = True
        return pieces if cut and not self._block.closed else [*pieces, END]

    def _take(self, code: str, ended: bool) -> list[str]:
        if self._decided or self._block.language is None:
            return [code] if code else []
        self._held += code
        begun = self._go_on(ended) if self._answered else self._open(ended)
        self._decided = bool(begun)
        return [piece for piece in begun if piece]

    def _go_on(self, ended: bool) -> tuple[str, ...]:
        so_far = self._answered.partition("\n")[2]
        for beginning in (so_far, so_far.rpartition("\n")[2]):
            end = spelled(self._held, beginning)
            if end is None or not beginning.strip() or (ended and end < 0):
                continue
            if not ended and not 0 <= end < len(self._held):
                return ()
            return self._answered, _behind(beginning, self._held[end:])
        return self._answered, self._held

    def _open(self, ended: bool) -> tuple[str, ...]:
        openings = [o for o in self._openings if _language_of(o) == self._block.language]
        openings = openings or [o for o in self._openings if _fence_of(o) == _fence_of(self._openings[0])]
        fence = _fence_of(openings[0])
        rests = [opening.removeprefix(fence) for opening in openings]
        if not any(rests):
            return (fence,) if not self._held else (fence, self._held)
        for rest in sorted(rests, key=len, reverse=True):
            end = spelled(self._held, rest)
            if end is None or (ended and end < 0):
                continue
            if not ended and not 0 <= end < len(self._held):
                return ()
            return fence + rest, _behind(rest, self._held[end:])
        if not ended:
            return ()
        stands_alone, said = _STANDS_ALONE.get(_language_of(fence)), _squeezed(self._held)
        if not said or any(_squeezed(rest) in said for rest in rests):
            return fence, self._held
        if stands_alone and stands_alone.match(self._held.lstrip()):
            return fence, self._held
        blank = "" if rests[0][-1:].isspace() or self._held[0].isspace() else " "
        return fence + rests[0], blank + self._held


def spelled(text: str, wanted: str) -> int | None:
    """How many of a text's first characters spell what is wanted, case and white space aside; -1 where more of the text
    may still do so, None where it cannot."""
    at = 0
    for letter in "".join(wanted.split()):
        while at < len(text) and text[at].isspace():
            at += 1
        if at == len(text):
            return -1
        if text[at].casefold() != letter.casefold():
            return None
        at += 1
    return at


def _behind(beginning: str, rest: str) -> str:
    """The rest, without the white space that its beginning ends with already."""
    return rest.removeprefix(beginning[len(beginning.rstrip()) :])


def _squeezed(text: str) -> str:
    return "".join(text.split()).casefold()


def _fence_of(opening: str) -> str:
    return opening.partition("\n")[0] + "\n"


def _language_of(opening: str) -> str:
    return opening.partition("\n")[0].strip("`~ ")
