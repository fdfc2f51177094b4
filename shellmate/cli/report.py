"""What is said about an answer, and kept of it, once it is there."""

from dataclasses import replace
from typing import TYPE_CHECKING

from shellmate.answer.answer import Answer
from shellmate.answer.clock import Clock
from shellmate.answer.report import remarks_on, timings_of, to_json
from shellmate.answer.respond import Response
from shellmate.answer.showing.display import open_display
from shellmate.answer.showing.sanitise import make_visible
from shellmate.cli.app import App
from shellmate.cli.wishes import Wishes
from shellmate.engine.engine import Usage
from shellmate.prompt.prompt import Prompt
from shellmate.request.request import Request
from shellmate.session.thread import Thread

if TYPE_CHECKING:
    from shellmate.answer.trying.unknowns import Unknown


def keep(
    app: App, thread: Thread, request: Request, prompt: Prompt, response: Response, explanation: str, clock: Clock
) -> None:
    """The turn in the log, as whoever asked saw it."""
    if not thread.is_kept:
        return
    from shellmate.session.recall import turn_of

    turn = turn_of(request.words, prompt, response, thread.turns)
    thread.add(
        replace(
            turn,
            explanation=explanation,
            timings=timings_of(response.usage, clock.first, clock.total()),
            model=response.usage.model or app.model,
            cwd=str(app.env.cwd),
        )
    )


def report(
    app: App,
    wishes: Wishes,
    answers: list[Answer],
    explanation: str,
    usage: Usage,
    clock: Clock,
    names_known: bool,
) -> None:
    answer, env = answers[0], app.env
    if wishes.json:
        others = [a.code for a in answers[1:]]
        model, total = usage.model or app.model, clock.total()
        unknown = _find_unknown(app, answer) if answer.language == "shell" else None
        env.write(to_json(answer, others, explanation, model, usage, clock.first, total, names_known, unknown) + "\n")
    elif wishes.alternatives > 1:
        _write_alternatives(app, wishes, answers)
    for remark in remarks_on(answer, usage) if not wishes.quiet else ():
        env.say(make_visible(f"shellmate: {remark}"))
    if not (wishes.json or wishes.runs):
        _warn(app, wishes, answers)
    if wishes.verbose:
        env.say(f"shellmate: first token {clock.first:.2f} s, in all {clock.total():.2f} s; {usage}")


def _find_unknown(app: App, answer: Answer) -> "Unknown":
    from shellmate.answer.trying.unknowns import find_unknown

    return find_unknown(answer.code, app.explainer())


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
