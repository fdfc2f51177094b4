"""-r: answer, show, ask, run."""

import os
import signal
import tempfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from shellmate.answer.answer import Answer
from shellmate.answer.run import command_for, open_terminal, run_to_its_end, status_in_words
from shellmate.answer.runprompt import Action, ask_to_run
from shellmate.answer.showing.sanitise import make_visible
from shellmate.answer.trying.scratch import require_sandbox, run_on_copy
from shellmate.cli.app import App
from shellmate.cli.ask import ask
from shellmate.cli.main import stop_timeout
from shellmate.cli.wishes import Wishes
from shellmate.core.errors import ShellmateError, SnippetFailedError
from shellmate.core.process import need_session
from shellmate.engine.engine import Engine, Sampling
from shellmate.repl.deciding import Deciding

MOST_CHANGES = 20  # that are told one by one


def ask_and_run(app: App, wishes: Wishes, sampling: Sampling, open_engine: Callable[[], Engine]) -> None:
    """Show an answer on the terminal, whatever the streams are, since stdout is for what it prints; run it after a yes.

    Raises UsageError where there is no terminal to ask on, RefusedError where the snippet is dangerous,
    ShellmateError where it is not run, SnippetFailedError with its exit status where it fails.
    """
    need_session()
    piped = app.env.stdin is not None and not app.env.stdin_is_terminal
    if wishes.sandbox:
        require_sandbox(app.env.variables)
    with open_terminal() as terminal, tempfile.TemporaryFile(prefix="shellmate-") as spool:
        with os.fdopen(os.dup(terminal), "wb") as screen:
            showing = replace(app, env=app.env.writing_to(screen))
            answer = ask(showing, wishes, sampling, open_engine(), spool if piped else None)
            stop_timeout()
            asking = _Asking(showing, terminal, wishes, sampling, None if piped else open_engine)
            chosen = ask_to_run(terminal, answer, asking.actions, app.env.cwd, app.env.variables)
        if chosen is None:
            raise ShellmateError("not run")
        if chosen.language == "shell" and not wishes.sandbox:
            _tell_history(app, chosen.code)
        command = command_for(chosen.language, chosen.code, app.env.variables)
        if wishes.sandbox:
            status, changes = run_on_copy(command, app.env.cwd, spool if piped else None, app.env.variables)
            _say_changes(app, list(changes))
        else:
            status = run_to_its_end(command, spool if piped else None)
    if status == -signal.SIGINT:
        raise KeyboardInterrupt
    if status:
        raise SnippetFailedError(f"the snippet {status_in_words(status)}", status if status > 0 else 128 - status)


def _tell_history(app: App, code: str) -> None:
    """Leave what is run in the file from which the shell's widget takes it, if it asks for that."""
    if file := app.env.variables.get("SHELLMATE_RAN"):
        with suppress(OSError):
            Path(file).write_text(code.rstrip("\n"), encoding="utf-8", errors="replace")


def _say_changes(app: App, lines: list[str]) -> None:
    """What the snippet would have done to the folder, of which it had a copy."""
    for line in lines[:MOST_CHANGES]:
        app.env.say(f"shellmate: in the sandbox it {make_visible(line)}")
    if len(lines) > MOST_CHANGES:
        app.env.say(f"shellmate: and so on, {len(lines):,} files in all")
    if not lines:
        app.env.say("shellmate: in the sandbox it changes no file of this folder")


class _Asking:
    """What may be done about an answer instead of running it; `open_engine` is None where what was piped in has been
    read, which happens only once."""

    def __init__(
        self, app: App, terminal: int, wishes: Wishes, sampling: Sampling, open_engine: Callable[[], Engine] | None
    ):
        self._app, self._wishes, self._sampling, self._open_engine = app, wishes, sampling, open_engine
        self._deciding = Deciding(app.env, terminal, app.explainer, wishes.color)

    def actions(self, answer: Answer) -> dict[str, Action]:
        again: dict[str, Action] = {"a": self._ask_again} if self._open_engine else {}
        return {**self._deciding.actions(answer), **again}

    def _ask_again(self, answer: Answer) -> Answer:
        assert self._open_engine
        self._wishes = replace(self._wishes, refused=(*self._wishes.refused, answer.code))
        other = ask(self._app, self._wishes, self._sampling, self._open_engine())
        if other is None or other.code.strip() in {code.strip() for code in self._wishes.refused}:
            self._deciding.say("there is no other answer")
            return answer
        return other
