"""A question, from the words to the exit code."""

import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, BinaryIO

from shellmate.answer.answer import Answer, FindFaults, NoCandidateError, read_candidate, write_answer
from shellmate.answer.check import check_syntax
from shellmate.answer.display import SilentDisplay, open_display
from shellmate.answer.prose import until_repeated, write_prose
from shellmate.answer.report import to_json
from shellmate.answer.sanitise import make_visible
from shellmate.cli.app import App
from shellmate.core.errors import NoAnswerError, UsageError
from shellmate.engine.engine import Engine, Generation, Sampling, Usage
from shellmate.prompt.library import PromptLibrary
from shellmate.prompt.prompt import compose, compose_explanation
from shellmate.request.digest import Query
from shellmate.request.request import Request, join_words
from shellmate.request.stdin import Input, read_input

TABLES = ("CSV", "TSV", "table")  # the kinds of input whose names are all columns, in order


@dataclass(frozen=True)
class Wishes:
    """What the command line asks for beyond the settings; the code `refused` is no answer."""

    words: tuple[str, ...]
    language: str
    prompt: str
    refused: str = ""
    alternatives: int = 1
    explain: bool = False
    json: bool = False
    color: str = "auto"
    quiet: bool = False
    verbose: bool = False


def ask(app: App, wishes: Wishes, sampling: Sampling, engine: Engine, spool: BinaryIO | None = None) -> Answer | None:
    """Answer on stdout, and close the engine. The answer, or None where it is prose; `spool` gets the bytes that were
    piped in. Raises ShellmateError with its exit code; interrupts pass through."""
    start, library = time.perf_counter(), PromptLibrary.of(app.paths)
    words = join_words(wishes.words)
    try:
        piped = _piped(app, wishes, spool)
        if not words and not piped:
            raise UsageError(
                "there are no words and nothing was piped in", 'ask, such as `shellmate "count csv column mean"`'
            )
        prompt = compose(Request(words, wishes.language, piped), library, wishes.prompt)
        if not prompt.openings:
            _answer_in_prose(app, wishes, engine.generate(prompt, replace(sampling, stop="")), _Clock(start))
            return None
        writer: Engine = engine
        if prompt.query:
            from shellmate.answer.querying import QueryEngine

            writer = QueryEngine(engine, prompt.query)
        find_faults = partial(_find_faults, piped, prompt.query, wishes.refused)
        clock = _Clock(start)
        if wishes.alternatives > 1:
            answers, usage = _alternatives(writer, prompt, sampling, wishes.alternatives, find_faults)
            clock.note_first()
        else:
            answer, usage = write_answer(writer, prompt, sampling, partial(_display, app, wishes, clock), find_faults)
            answers = [answer]
        explanation = _explain(app, wishes, engine, answers[0], library, sampling) if wishes.explain else ""
        _report(app, wishes, answers, explanation, usage, clock, bool(piped and (piped.names or prompt.query)))
        return answers[0]
    except NoCandidateError as error:
        app.env.say(make_visible(error.code.rstrip()))
        raise
    finally:
        engine.close()


class _Clock:
    def __init__(self, start: float):
        self.start, self.first = start, 0.0

    def note_first(self) -> None:
        self.first = self.first or time.perf_counter() - self.start

    def noting_first(self, pieces: Iterable[str]) -> Iterator[str]:
        for piece in pieces:
            self.note_first()
            yield piece

    def total(self) -> float:
        return time.perf_counter() - self.start


def _piped(app: App, wishes: Wishes, spool: BinaryIO | None) -> Input | None:
    if app.env.stdin is None or app.env.stdin_is_terminal:
        return None
    say = (lambda _: None) if wishes.quiet else app.env.say
    piped = read_input(app.env.stdin, say, spool=spool)
    if piped and piped.left_out and not wishes.quiet:
        app.env.say(f"shellmate: stdin: {piped.left_out}")
    if piped and wishes.verbose:
        app.env.say(make_visible(f"shellmate: digest of stdin ({piped.kind}):\n{piped.text}"))
    return piped


def _find_faults(piped: Input | None, query: Query | None, refused: str, language: str, code: str) -> list[str]:
    """What in code does not suit what was piped in, in words; or that it is what is refused."""
    if refused and code.strip() == refused.strip():
        return ["this is the command that failed"]
    if query:
        from shellmate.answer.selects import find_query_faults

        return find_query_faults(query, code)
    if piped is None or not piped.names:
        return []
    from shellmate.answer.names import unknown_names

    unknown = unknown_names(language, code, piped.names, columns=piped.kind in TABLES)
    return [f"the input has no {name}" for name in unknown]


def _display(app: App, wishes: Wishes, clock: _Clock, language: str) -> Any:
    clock.note_first()
    return SilentDisplay() if wishes.json else open_display(app.env, language, wishes.color)


def _alternatives(
    engine: Engine, prompt, sampling: Sampling, count: int, find_faults: FindFaults
) -> tuple[list[Answer], Usage]:
    """Distinct answers that parse, best first, those that do not suit the input last. Raises NoAnswerError where there
    is none."""
    candidates, usage = engine.generate_several(prompt, sampling, count)
    read = [read_candidate(c.text) for c in candidates]
    distinct = list({a.code.strip(): a for a in read if check_syntax(a.language, a.code).valid}.values())
    if not distinct:
        raise NoAnswerError("none of the alternatives parses", "say it in other words")
    judged = [replace(a, faults=tuple(find_faults(a.language, a.code))) for a in distinct]
    return sorted(judged, key=lambda a: bool(a.faults))[:count], usage


def _explain(
    app: App, wishes: Wishes, engine: Engine, answer: Answer, library: PromptLibrary, sampling: Sampling
) -> str:
    prompt = compose_explanation(answer.language, answer.code, library)
    generation = engine.generate(prompt, replace(sampling, stop=""))
    if wishes.json:
        return "".join(until_repeated(generation)).strip()
    if app.env.stdout_is_terminal:
        app.env.write("\n")
    return _write_prose(app, wishes, generation, beside_code=True)


def _answer_in_prose(app: App, wishes: Wishes, generation: Generation, clock: _Clock) -> None:
    pieces = clock.noting_first(generation)
    text = "".join(until_repeated(pieces)).strip() if wishes.json else _write_prose(app, wishes, pieces)
    answer = Answer("text", "", cut=generation.usage.finish == "length")
    _report(app, replace(wishes, alternatives=1), [answer], text, generation.usage, clock, names_known=False)


def _write_prose(app: App, wishes: Wishes, generation, beside_code: bool = False) -> str:
    """Prose is the answer on stdout, or stands beside code: then on stderr unless stdout is a terminal."""
    if beside_code and not app.env.stdout_is_terminal:
        return write_prose(generation, lambda text: _to_stderr(app, text), for_people=True)
    return write_prose(generation, app.env.write, for_people=app.env.stdout_is_terminal)


def _to_stderr(app: App, text: str) -> None:
    app.env.stderr.write(text)
    app.env.stderr.flush()


def _report(
    app: App,
    wishes: Wishes,
    answers: list[Answer],
    explanation: str,
    usage: Usage,
    clock: _Clock,
    names_known: bool,
) -> None:
    answer, env = answers[0], app.env
    if wishes.json:
        others = [a.code for a in answers[1:]]
        model = str(app.setting("model"))
        env.write(to_json(answer, others, explanation, model, usage, clock.first, clock.total(), names_known) + "\n")
    elif wishes.alternatives > 1:
        _write_alternatives(app, wishes, answers)
    if answer.cut and not wishes.quiet:
        env.say("shellmate: the answer was cut at --max-tokens")
    if answer.faults and not wishes.quiet:
        env.say(make_visible(f"shellmate: mind that {', and '.join(answer.faults)}"))
    if not wishes.json:
        _warn(app, wishes, answers)
    if wishes.verbose:
        env.say(f"shellmate: first byte {clock.first:.2f} s, in all {clock.total():.2f} s; {usage}")


def _warn(app: App, wishes: Wishes, answers: list[Answer]) -> None:
    """Say what is dangerous, and to people what has to be read with care."""
    from shellmate.answer.danger import DANGER, SAFE, judge  # behind the answer, which it would hold up

    for answer in answers:
        verdict = judge(answer.language, answer.code)
        if verdict.level == DANGER or (verdict.level != SAFE and app.env.stdout_is_terminal and not wishes.quiet):
            app.env.say(make_visible(f"shellmate: {verdict.level}: it {verdict.reasons[0]}"))


def _write_alternatives(app: App, wishes: Wishes, answers: list[Answer]) -> None:
    """One a line; with an empty line between them where one has several lines."""
    between = "\n" if any("\n" in a.code.strip() for a in answers) else ""
    for number, answer in enumerate(answers):
        if number and between:
            app.env.write(between)
        open_display(app.env, answer.language, wishes.color).finish(answer.code)
