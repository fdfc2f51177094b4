"""`shellmate log`: the questions and answers that were kept."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from shellmate.cli.app import App
from shellmate.core.errors import ExitCode, ShellmateError, UsageError
from shellmate.session.turn import date, on_one_line

if TYPE_CHECKING:
    from shellmate.session.log import SessionLog
    from shellmate.session.turn import SessionSummary, Turn

USUAL = 20
# What --json prints of each answer and, with --sessions, of each session, for the reference.
TURN_KEYS = {
    "session": "The number of the session that it belongs to.",
    "words": "The question.",
    "message": "The question as the model was asked it.",
    "answer": "All that the model said.",
    "language": "`shell`, `python` or `text`.",
    "code": "The code in the answer; empty where it is prose.",
    "explanation": "The prose of the answer, or what was said about its code.",
    "prompt": "The prompt that it was asked with.",
    "model": "The model that answered.",
    "at": "When, in seconds of Unix time.",
    "cut": "Whether the answer ended at `--max-tokens`.",
    "faults": "What is wrong with the answer, a text each.",
    "danger": "`safe`, `caution` or `danger`; empty where it was not judged.",
    "syntax": "Whether the code parses; `null` where that was not looked at.",
    "timings": "Those of `shellmate --json`.",
    "context": "What the model was told of what was piped in.",
    "query": "How a table that was piped in is read, as JSON text; empty without one.",
    "cwd": "The folder in which it was asked.",
    "forgotten": "How many turns of the session were left out, to fit the context.",
    "beside": "Whether it was asked beside the conversation, which does not know of it.",
}
SESSION_KEYS = {
    "number": "The session's number.",
    "name": "Its name; empty without one.",
    "started": "When it began, in seconds of Unix time.",
    "last": "When its last answer was given, in seconds of Unix time.",
    "turns": "How many answers it has.",
    "words": "Its first question.",
}


@click.command()
@click.option("-n", "count", type=click.IntRange(0), metavar="N", help=f"The last N; 0 is all. [{USUAL}]")
@click.option("--search", metavar="TEXT", help="Only answers with TEXT in words, code or explanation, in any case.")
@click.option("--session", metavar="NAME|NUMBER", help="Only the answers of one session.")
@click.option("--sessions", "as_sessions", is_flag=True, help="List the sessions instead of the answers.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
@click.option("--clear", is_flag=True, help="Delete all that is kept, without asking.")
@click.pass_obj
def log(
    app: App,
    count: int | None,
    search: str | None,
    session: str | None,
    as_sessions: bool,
    as_json: bool,
    clear: bool,
) -> None:
    """Show past questions and answers, the newest at the bottom.

    \b
    Examples:
      shellmate log
      shellmate log -n 0 --search tar
      shellmate log --sessions
      shellmate log --json | jq -r .code
      shellmate log --clear
    """
    from shellmate.session.log import SessionLog

    if clear and (as_sessions or as_json or (count, search, session) != (None, None, None)):
        raise UsageError("--clear deletes everything and goes with no other option", "give it alone")
    if as_sessions and (search is not None or session is not None):
        other = "--search" if search is not None else "--session"
        raise UsageError(f"--sessions and {other} do not go together", "leave out one of them")
    if clear:
        _clear(app)
        return
    if not SessionLog.is_in(app.paths.state):  # to look is not to begin one
        _say_empty(app)
        return
    moved: list[str] = []
    kept = SessionLog(app.paths.state, moved.append)
    most = USUAL if count is None else count
    try:
        if as_sessions:
            sessions = list(reversed(kept.sessions(most)))
        else:
            turns = list(reversed(_find_turns(kept, most, search or "", session)))
    finally:
        kept.close()
        if moved:  # whatever was not found in the new, empty one
            app.env.say(moved[0])
            click.get_current_context().exit(ExitCode.FAILED)
    if as_sessions:
        _write(app, _sessions_in_json(app, sessions) if as_json else (f"{session}\n" for session in sessions))
    else:
        _write(app, _turns_in_json(app, turns) if as_json else _paragraphs(turns))
    if not (sessions if as_sessions else turns):
        _say_nothing_found(app, search, session)


def _clear(app: App) -> None:
    from shellmate.session.log import SessionLog

    count = 0
    if SessionLog.is_in(app.paths.state):
        kept = SessionLog(app.paths.state, lambda _: None)  # what is damaged is deleted as well
        try:
            count = kept.clear()
        finally:
            kept.close()
    app.env.say(f"shellmate: deleted {count} {'answer' if count == 1 else 'answers'}")


def _find_turns(kept: "SessionLog", most: int, search: str, session: str | None) -> "list[tuple[int, Turn]]":
    """Newest first, with the numbers of their sessions. Raises UsageError where there is no such session."""
    if session is None:
        return kept.recent(most, search)
    number = kept.look_up(session)
    if number is None:
        raise UsageError(f"there is no session {_for_one_line(session)!r}", "see `shellmate log --sessions`")
    return kept.recent(most, search, number)


def _write(app: App, texts: Iterable[str]) -> None:
    from shellmate.answer.showing.sanitise import make_visible

    for text in texts:
        app.env.write(make_visible(text) if app.env.stdout_is_terminal else text)


def _paragraphs(turns: "Sequence[tuple[int, Turn]]") -> Iterator[str]:
    gap = ""
    for number, turn in turns:
        yield f"{gap}{date(turn.at)}  #{number}  {on_one_line(turn.words)}{'  (cut off)' if turn.cut else ''}\n"
        lines = (turn.code or turn.explanation).rstrip("\n").split("\n")
        yield "".join(f"    {line}\n" if line else "\n" for line in lines)
        gap = "\n"


def _turns_in_json(app: App, turns: "Sequence[tuple[int, Turn]]") -> Iterator[str]:
    return (_to_json(app, {"session": number} | asdict(turn)) for number, turn in turns)


def _sessions_in_json(app: App, sessions: "Sequence[SessionSummary]") -> Iterator[str]:
    return (_to_json(app, asdict(session)) for session in sessions)


def _to_json(app: App, keys: dict[str, Any]) -> str:
    """One line. A terminal gets ASCII, which is JSON still and nothing that it would obey."""
    import json

    return json.dumps(keys, ensure_ascii=app.env.stdout_is_terminal) + "\n"


def _say_nothing_found(app: App, search: str | None, session: str | None) -> None:
    """Raises ShellmateError where something was looked for; that nothing is kept at all is no error."""
    if search:
        raise ShellmateError(f"no answer has {_for_one_line(search)!r} in it")
    if session:
        raise ShellmateError(f"the session {_for_one_line(session)!r} has no answers")
    _say_empty(app)


def _say_empty(app: App) -> None:
    hint = "" if app.setting("log") else "; the setting `log` is false"
    app.env.say(f"shellmate: no questions and answers are kept yet{hint}")


def _for_one_line(text: str) -> str:
    from shellmate.answer.showing.sanitise import make_visible

    return make_visible(on_one_line(text))
