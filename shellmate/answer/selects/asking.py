"""Selects that the model writes, in the Python that hands them the input."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import cache, partial

from shellmate.answer.answer import read_candidate
from shellmate.answer.selects.doubts import count_doubts, without_inventions
from shellmate.answer.selects.mentions import Mention, find_mentions
from shellmate.answer.selects.preparing import find_fault, open_table
from shellmate.answer.selects.repairs import propose_additions, propose_beginnings
from shellmate.engine.engine import THOROUGH, Candidate, Effort, Engine, EngineAround, Generation, Sampling, Usage
from shellmate.prompt.conversation import CHANGE
from shellmate.prompt.prompt import FENCES, Prompt
from shellmate.request.digests.digest import Query

MOST_REPAIRS = 4
ALTERNATIVES = 8
_FITS = (False, 0)
# No subtler than need be: an order that is not understood stays as it is.
_ASCENDING = re.compile(
    r"(\border by (?:[\w.*]+|\"[^\"]*\"|\w+\([^()]*\))(?<! desc)(?: asc)?)(\s+limit\b)", re.IGNORECASE
)


class QueryEngine(EngineAround):
    """An engine whose model writes SQL and whose answers are Python.

    Where a select reads a column that is not there, or seeks a value that no cell has, the model is asked again from
    that word on, with a choice of those that are.
    """

    def __init__(self, engine: Engine, query: Query):
        super().__init__(engine)
        self._query = query
        self.message = ""  # what the model said last: its select

    def generate(self, prompt: Prompt, sampling: Sampling, answered: str = "") -> Generation:
        usage = Usage()
        return Generation(self._pieces(prompt, sampling, answered, usage), usage)

    def _pieces(self, prompt: Prompt, sampling: Sampling, answered: str, usage: Usage) -> Iterator[str]:
        begun = answered.removeprefix(FENCES["python"][0] + self._query.before)
        opening = FENCES["sql"][0] + begun if begun else ""
        words = prompt.suffix.removeprefix(CHANGE)
        asked = prompt
        for attempt in range(MOST_REPAIRS + 1):
            generation = self._engine.generate(asked, sampling, opening)
            text = next(generation.pieces, "")
            if attempt == 0:  # not sooner: what cannot be answered leaves no half snippet behind
                yield FENCES["python"][0] + self._query.before
            select = _read_select(text + "".join(generation))
            usage.add(generation.usage)
            beginnings = propose_beginnings(self._query, select, words)
            if not beginnings:
                break
            asked, opening = replace(prompt, openings=tuple(FENCES["sql"][0] + b for b in beginnings)), ""
        if not begun and usage.finish != "length":
            select = self._choose(prompt, words, sampling, select, usage)
            usage.finish = "stop"  # whatever became of those that were not chosen
        select = self._put_empties_last(select)
        self.message = f"{FENCES['sql'][0]}{select}\n```"
        yield select
        if usage.finish != "length":
            yield f"{self._query.after}```"

    def _choose(self, prompt: Prompt, words: str, sampling: Sampling, select: str, usage: Usage) -> str:
        """The select, or where it may not be what was asked for the one of several that fits the question best."""
        with open_table(self._query) as (_, columns):
            mentions = find_mentions(self._query, columns, words)
        judge = cache(partial(self._judge, mentions, words, prompt.context))
        if judge(select) == _FITS:
            return select
        add = partial(self._add, prompt, sampling, mentions, words, usage)
        selects = [select, *add(select)]
        selects += [less for other in selects if (less := without_inventions(other, mentions, words))]
        if all(judge(other) != _FITS for other in selects):
            candidates, more = self._engine.generate_several(prompt, sampling, ALTERNATIVES)
            usage.add(more)
            best = min((_read_select(c.text) for c in candidates), key=judge, default=select)
            selects += [best, *(add(best) if best not in selects and _FITS < judge(best) < judge(select) else [])]
        return min(selects, key=judge)

    def _add(
        self, prompt: Prompt, sampling: Sampling, mentions: list[Mention], words: str, usage: Usage, select: str
    ) -> Iterator[str]:
        """Selects that have what a select lacks."""
        for beginning in propose_additions(self._query, select, mentions, words):
            generation = self._engine.generate(replace(prompt, openings=(FENCES["sql"][0] + beginning,)), sampling)
            yield _read_select("".join(generation))
            usage.add(generation.usage)

    def _judge(self, mentions: list[Mention], words: str, digest: str, select: str) -> tuple[bool, int]:
        if find_fault(self._query, select) or propose_beginnings(self._query, select, words):
            return True, 0
        return False, count_doubts(self._query, select, mentions, words, digest)

    def generate_several(
        self,
        prompt: Prompt,
        sampling: Sampling,
        count: int,
        *,
        effort: Effort = THOROUGH,
        show: Callable[[str], None] | None = None,
        also: Sequence[Prompt] = (),
    ) -> tuple[list[Candidate], Usage]:
        candidates, usage = self._engine.generate_several(prompt, sampling, count, effort=effort, show=show, also=also)
        return [replace(c, text=self._in_python(c.text)) for c in candidates], usage

    def _in_python(self, text: str) -> str:
        select = self._put_empties_last(_read_select(text))
        return f"{FENCES['python'][0]}{self._query.before}{select}{self._query.after}```"

    def _put_empties_last(self, select: str) -> str:
        """The select, in which the first of an order is no empty cell: SQLite has these below all others."""
        return select if self._query.is_full else _ASCENDING.sub(r"\1 nulls last\2", select)


def _read_select(text: str) -> str:
    return read_candidate(text).code.strip()
