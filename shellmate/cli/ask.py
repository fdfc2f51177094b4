"""A question, from the words to the exit code."""

from collections.abc import Iterable
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, BinaryIO

from shellmate.answer.answer import Answer, NoCandidateError, read_candidate
from shellmate.answer.check import check_syntax
from shellmate.answer.clock import Clock
from shellmate.answer.respond import Response, fault_finder, respond
from shellmate.answer.showing.display import SilentDisplay, open_display
from shellmate.answer.showing.prose import until_repeated, write_prose
from shellmate.answer.showing.sanitise import make_visible
from shellmate.cli.app import App
from shellmate.cli.report import keep, report
from shellmate.cli.wishes import Wishes
from shellmate.core.errors import NoAnswerError, UsageError
from shellmate.engine.engine import Engine, Sampling
from shellmate.prompt.conversation import compose_turn, without_first_turns
from shellmate.prompt.library import PromptLibrary
from shellmate.prompt.prompt import Prompt, compose_explanation
from shellmate.request.request import Request, join_words
from shellmate.request.stdin import Input, read_input
from shellmate.session.thread import Thread, open_thread

if TYPE_CHECKING:
    from shellmate.answer.trying.trials import Trials


def ask(app: App, wishes: Wishes, sampling: Sampling, engine: Engine, spool: BinaryIO | None = None) -> Answer | None:
    """Answer on stdout, and close the engine. The answer, or None where it is prose; `spool` gets the bytes that were
    piped in. Raises ShellmateError with its exit code; interrupts pass through."""
    clock, library = Clock(), PromptLibrary.of(app.paths)
    try:
        thread = open_thread(app.new_thread(), wishes.continues, wishes.session)
        request, conversation = _request(app, wishes, spool), thread.conversation
        prompt = compose_turn(request, conversation, library, wishes.prompt)
        if not prompt.openings:
            _answer_in_prose(app, wishes, thread, request, prompt, sampling, engine, clock)
            return None
        trials = app.new_trials(request.words)
        if wishes.alternatives > 1:
            answers, response = _alternatives(engine, prompt, sampling, wishes.alternatives, request.input, trials)
            clock.note_first()
        else:
            refused = wishes.refused or ((conversation.code,) if prompt.turns and conversation.code else ())
            display = partial(_display, app, wishes, clock)
            response = respond(engine, prompt, sampling, display, request.input, refused, trials)
            answers = [response.answer]
        if thread.is_kept:
            engine.note_turn(without_first_turns(prompt, response.usage.dropped_turns), response.message)
        explanation = _explain(app, wishes, engine, answers[0], library, sampling) if wishes.explain else ""
        piped = request.input
        names_known = bool(piped and (piped.names or prompt.query))
        report(app, wishes, answers, explanation, response.usage, clock, names_known)
        keep(app, thread, request, prompt, response, explanation, clock)
        return answers[0]
    except NoCandidateError as error:
        app.env.say(make_visible(error.code.rstrip()))
        raise
    finally:
        engine.close()


def _request(app: App, wishes: Wishes, spool: BinaryIO | None) -> Request:
    words = join_words(wishes.words)
    piped = _piped(app, wishes, words, spool)
    if not words and not piped:
        raise UsageError(
            "there are no words and nothing was piped in", 'ask, such as `shellmate "count csv column mean"`'
        )
    return Request(words, wishes.language, piped)


def _piped(app: App, wishes: Wishes, words: str, spool: BinaryIO | None) -> Input | None:
    if app.env.stdin is None or app.env.stdin_is_terminal:
        return None
    say = (lambda _: None) if wishes.quiet else app.env.say
    piped = read_input(app.env.stdin, say, spool=spool, words=words)
    if piped and piped.left_out and not wishes.quiet:
        app.env.say(f"shellmate: stdin: {piped.left_out}")
    if piped and wishes.verbose:
        app.env.say(make_visible(f"shellmate: digest of stdin ({piped.kind}):\n{piped.text}"))
    return piped


def _display(app: App, wishes: Wishes, clock: Clock, language: str) -> Any:
    clock.note_first()
    return SilentDisplay() if wishes.json else open_display(app.env, language, wishes.color)


def _alternatives(
    engine: Engine, prompt: Prompt, sampling: Sampling, count: int, piped: Input | None, trials: "Trials | None"
) -> tuple[list[Answer], Response]:
    """Distinct answers that parse, best first, those with faults last. Raises NoAnswerError where there is none."""
    writer: Engine = engine
    if prompt.query:
        from shellmate.answer.selects.asking import QueryEngine

        writer = QueryEngine(engine, prompt.query)
    candidates, usage = writer.generate_several(prompt, sampling, count)
    read = [read_candidate(c.text) for c in candidates]
    distinct = list({a.code.strip(): a for a in read if check_syntax(a.language, a.code).valid}.values())
    if not distinct:
        raise NoAnswerError("none of the alternatives parses", "say it in other words")
    finders = [fault_finder(piped, prompt.query)]
    if trials and not prompt.query:
        finders.append(trials.find_faults)
    judged = [replace(a, faults=tuple(f for find in finders for f in find(a.language, a.code))) for a in distinct]
    answers = sorted(judged, key=lambda a: bool(a.faults))[:count]
    return answers, Response(answers[0], answers[0].message, usage)


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


def _answer_in_prose(
    app: App,
    wishes: Wishes,
    thread: Thread,
    request: Request,
    prompt: Prompt,
    sampling: Sampling,
    engine: Engine,
    clock: Clock,
) -> None:
    generation = engine.generate(prompt, replace(sampling, stop=""))
    pieces = clock.noting_first(generation)
    text = "".join(until_repeated(pieces)).strip() if wishes.json else _write_prose(app, wishes, pieces)
    answer = Answer("text", "", cut=generation.usage.finish == "length")
    if thread.is_kept and not prompt.beside:
        engine.note_turn(without_first_turns(prompt, generation.usage.dropped_turns), text)
    report(app, replace(wishes, alternatives=1), [answer], text, generation.usage, clock, names_known=False)
    keep(app, thread, request, prompt, Response(answer, text, generation.usage), text, clock)


def _write_prose(app: App, wishes: Wishes, generation: Iterable[str], beside_code: bool = False) -> str:
    """Prose is the answer on stdout, or stands beside code: then on stderr unless stdout is a terminal."""
    if beside_code and not app.env.stdout_is_terminal:
        return write_prose(generation, lambda text: _to_stderr(app, text), for_people=True)
    return write_prose(generation, app.env.write, for_people=app.env.stdout_is_terminal)


def _to_stderr(app: App, text: str) -> None:
    app.env.stderr.write(text)
    app.env.stderr.flush()
