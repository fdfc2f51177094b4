"""Plain text: its first and last lines."""

import re
from dataclasses import replace

from shellmate.request.digests.digest import BlockDigester, Digest
from shellmate.request.digests.fitting import LONGEST_LINE, cut, decode, fill, first_lines, last_lines, number
from shellmate.request.digests.query import query_numbers

HEAD_SHARE = 0.75
MOST_FAULTS, FAULT_WIDTH = 3, 200
NUMBERS_SAMPLED = 500
NUMBER = re.compile(r"\s*[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?\s*")


class TextDigester(BlockDigester):
    """Head and tail; and the first lines between that speak of an error, for output that begins harmlessly."""

    def __init__(self, budget: int) -> None:
        super().__init__(budget)
        self._faults: list[str] = []

    def take(self, block: bytes) -> None:
        if len(self._faults) < MOST_FAULTS and b"rror" in block:
            for found in re.finditer(rb"(?im)^.{0,150}?\berror\b.{0,300}", block):
                self._faults.append(decode(found.group()))
                if len(self._faults) == MOST_FAULTS:
                    break

    def describe(self) -> Digest:
        lines = [line for line in first_lines(self.head, NUMBERS_SAMPLED) if line.strip()]
        digest = self._describe()
        if not lines or not all(map(NUMBER.fullmatch, lines)):
            return digest
        return replace(digest, query=query_numbers(self.is_whole and self.lines <= NUMBERS_SAMPLED))

    def _describe(self) -> Digest:
        if self.is_whole and self.total <= 4 * self.budget:
            whole = decode(self.head).rstrip()
            if len(whole) <= self.budget and all(len(line) <= LONGEST_LINE for line in whole.split("\n")):
                return Digest("text", whole)
        facts = f"text, {number(self.lines, 'line')}, {self.total:,} bytes"
        room = self.budget - len(facts) - 6
        first = fill(first_lines(self.head, self.budget), int(room * HEAD_SHARE)) or [
            cut(line, max(8, room // 2)) for line in first_lines(self.head, 1)
        ]
        last = fill(reversed(last_lines(self.tail, self.budget)), room - sum(len(line) + 1 for line in first))
        last = last[: max(0, self.lines - len(first))][::-1]
        between = self._faults_between(first, last, room)
        while between and last and sum(len(line) + 1 for line in [*first, *between, *last]) > room:
            last = last[1:]
        shown = len(first) + len(last)
        left_out = f"{self.lines - shown:,} of {number(self.lines, 'line')}"
        if shown == self.lines:
            return Digest("text", "\n".join([facts, *first, *last]), left_out="parts of the longest lines")
        return Digest("text", "\n".join([facts, *first, "...", *between, *last]), left_out=left_out)

    def _faults_between(self, first: list[str], last: list[str], room: int) -> list[str]:
        shown = {line[:100] for line in (*first, *last)}
        unseen = [cut(line, FAULT_WIDTH) for line in self._faults if line[:100] not in shown]
        return [*fill(unseen, room // 5), "..."] if unseen and room > 5 * FAULT_WIDTH else []
