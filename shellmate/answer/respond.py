"""A prompt answered with code that suits what it is about, by whatever way the prompt takes."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from shellmate.answer.answer import Answer, FindFaults, write_answer
from shellmate.answer.showing.display import Display, HeldDisplay, PipeDisplay
from shellmate.engine.engine import Engine, Sampling, Usage
from shellmate.prompt.prompt import Prompt
from shellmate.request.digests.digest import Query
from shellmate.request.stdin import Input

if TYPE_CHECKING:
    from shellmate.answer.trying.trials import Trials

TABLES = ("CSV", "TSV", "table")  # the kinds of input whose names are all columns, in order


@dataclass(frozen=True)
class Response:
    """An answer, and the `message` that the model gave it by, which is another where its code is made of a select."""

    answer: Answer
    message: str
    usage: Usage


def respond(
    engine: Engine,
    prompt: Prompt,
    sampling: Sampling,
    open_display: Callable[[str], Display],
    piped: Input | None = None,
    refused: Collection[str] = (),
    trials: "Trials | None" = None,
) -> Response:
    """As `write_answer`, on what was piped in. Where the question says what its code gives, `trials` see to it, and
    nothing is released before."""
    find_faults = fault_finder(piped, prompt.query)
    if not prompt.query:
        try_out = trials.find_faults if trials else _find_none
        if trials and trials.cases:
            open_display = partial(_hold_back, open_display)
        answer, usage = write_answer(engine, prompt, sampling, open_display, find_faults, refused, try_out)
        return Response(answer, answer.message, usage)
    from shellmate.answer.selects.asking import QueryEngine

    writer = QueryEngine(engine, prompt.query)
    answer, usage = write_answer(writer, prompt, sampling, open_display, find_faults, refused)
    return Response(answer, writer.message, usage)


def _hold_back(open_display: Callable[[str], Display], language: str) -> Display:
    display = open_display(language)
    return HeldDisplay(display) if isinstance(display, PipeDisplay) else display


def _find_none(language: str, code: str) -> list[str]:
    return []


def fault_finder(piped: Input | None, query: Query | None) -> FindFaults:
    """What finds in code what does not suit its input."""
    return partial(_find_faults, piped, query)


def _find_faults(piped: Input | None, query: Query | None, language: str, code: str) -> list[str]:
    if query:
        from shellmate.answer.selects.preparing import find_query_faults

        return find_query_faults(query, code)
    if piped is None or not piped.names:
        return []
    from shellmate.answer.names import unknown_names

    unknown = unknown_names(language, code, piped.names, columns=piped.kind in TABLES)
    return [f"the input has no {name}" for name in unknown]
