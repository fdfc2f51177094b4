"""Selects that the model writes, in the Python that hands them the input."""

from collections.abc import Iterator
from dataclasses import replace

from shellmate.answer.answer import read_candidate
from shellmate.answer.selects import propose_columns
from shellmate.engine.engine import Candidate, Engine, Generation, Sampling, Usage
from shellmate.prompt.prompt import FENCES, Message, Prompt
from shellmate.request.digest import Query

MOST_REPAIRS = 4


class QueryEngine:
    """An engine whose model writes SQL and whose answers are Python.

    Where a select reads a column that is not there, the model is asked again from that word on, with a choice of the
    columns that are: a small model translates names, or makes them up, but it can choose.
    """

    def __init__(self, engine: Engine, query: Query):
        self._engine, self._query = engine, query

    def generate(self, prompt: Prompt, sampling: Sampling, answered: str = "") -> Generation:
        usage = Usage()
        return Generation(self._pieces(prompt, sampling, answered, usage), usage)

    def _pieces(self, prompt: Prompt, sampling: Sampling, answered: str, usage: Usage) -> Iterator[str]:
        begun = answered.removeprefix(FENCES["python"][0] + self._query.before)
        opening = FENCES["sql"][0] + begun if begun else ""
        for attempt in range(MOST_REPAIRS + 1):
            generation = self._engine.generate(prompt, sampling, opening)
            text = next(generation.pieces, "")
            if attempt == 0:  # not sooner: what cannot be answered leaves no half snippet behind
                yield FENCES["python"][0] + self._query.before
            select = _read_select(text + "".join(generation))
            _add(usage, generation.usage)
            beginnings = propose_columns(self._query, select)
            if not beginnings:
                break
            prompt, opening = replace(prompt, openings=tuple(FENCES["sql"][0] + b for b in beginnings)), ""
        yield select
        if usage.finish != "length":
            yield f"{self._query.after}```"

    def generate_several(self, prompt: Prompt, sampling: Sampling, count: int) -> tuple[list[Candidate], Usage]:
        candidates, usage = self._engine.generate_several(prompt, sampling, count)
        return [replace(c, text=self._in_python(c.text)) for c in candidates], usage

    def _in_python(self, text: str) -> str:
        return f"{FENCES['python'][0]}{self._query.before}{_read_select(text)}{self._query.after}```"

    def prime(self, prefix: tuple[Message, ...]) -> int:
        return self._engine.prime(prefix)

    def close(self) -> None:
        self._engine.close()


def _read_select(text: str) -> str:
    return read_candidate(text).code.strip()


def _add(usage: Usage, more: Usage) -> None:
    usage.prompt_tokens, usage.finish = more.prompt_tokens, more.finish
    usage.primed_tokens = usage.primed_tokens or more.primed_tokens
    usage.evaluated_tokens += more.evaluated_tokens
    usage.tokens += more.tokens
    usage.prompt_seconds += more.prompt_seconds
    usage.generation_seconds += more.generation_seconds
