"""-r: answer, show, ask, run."""

import os
import signal
import tempfile
from collections.abc import Callable
from dataclasses import replace
from functools import partial

from shellmate.answer.answer import Answer
from shellmate.answer.check import check_syntax
from shellmate.answer.run import command_for, open_terminal, run_to_its_end, status_in_words
from shellmate.answer.runprompt import Action, ask_to_run
from shellmate.answer.sanitise import make_visible
from shellmate.cli.app import App
from shellmate.cli.ask import ask
from shellmate.cli.main import stop_timeout
from shellmate.cli.wishes import Wishes
from shellmate.core.errors import ShellmateError, SnippetFailedError
from shellmate.engine.engine import Engine, Sampling

MOST_CHANGES = 20  # that are told one by one


def ask_and_run(app: App, wishes: Wishes, sampling: Sampling, open_engine: Callable[[], Engine]) -> None:
    """Show an answer on the terminal, whatever the streams are, since stdout is for what it prints; run it after a yes.

    Raises UsageError where there is no terminal to ask on, RefusedError where the snippet is dangerous,
    ShellmateError where it is not run, SnippetFailedError with its exit status where it fails.
    """
    piped = app.env.stdin is not None and not app.env.stdin_is_terminal
    with open_terminal() as terminal, tempfile.TemporaryFile(prefix="shellmate-") as spool:
        with os.fdopen(os.dup(terminal), "wb") as screen:
            showing = replace(app, env=app.env.writing_to(screen))
            answer = ask(showing, wishes, sampling, open_engine(), spool if piped else None)
            stop_timeout()
            asking = _Asking(showing, terminal, wishes)
            if not piped:
                asking.another = partial(ask, showing, sampling=sampling)
                asking.open_engine = open_engine
            chosen = ask_to_run(terminal, answer, asking.actions(), app.env.cwd, app.env.variables)
        if chosen is None:
            raise ShellmateError("not run")
        command = command_for(chosen.language, chosen.code, app.env.variables)
        if wishes.sandbox:
            from shellmate.answer.scratch import run_on_copy

            status, changes = run_on_copy(command, app.env.cwd, spool if piped else None, app.env.variables)
            _say_changes(app, list(changes))
        else:
            status = run_to_its_end(command, spool if piped else None)
    if status == -signal.SIGINT:
        raise KeyboardInterrupt
    if status:
        raise SnippetFailedError(f"the snippet {status_in_words(status)}", status if status > 0 else 128 - status)


def _say_changes(app: App, lines: list[str]) -> None:
    """What the snippet would have done to the folder, of which it had a copy."""
    for line in lines[:MOST_CHANGES]:
        app.env.say(f"shellmate: in the sandbox it {make_visible(line)}")
    if len(lines) > MOST_CHANGES:
        app.env.say(f"shellmate: and so on, {len(lines):,} files in all")
    if not lines:
        app.env.say("shellmate: in the sandbox it changes no file of this folder")


class _Asking:
    """What may be done about an answer instead of running it."""

    def __init__(self, app: App, terminal: int, wishes: Wishes):
        self._app, self._terminal, self._wishes = app, terminal, wishes
        self.another: Callable[..., Answer | None] | None = None  # what was piped in is read only once
        self.open_engine: Callable[[], Engine] | None = None

    def actions(self) -> dict[str, Action]:
        actions: dict[str, Action] = {"e": self._edit, "c": self._copy}
        if self._wishes.language != "python":
            actions["x"] = self._explain
        if self.another:
            actions["a"] = self._ask_again
        return actions

    def _edit(self, answer: Answer) -> Answer:
        from shellmate.repl.lineedit import edit_on_terminal

        code = edit_on_terminal(self._terminal, answer.code)
        verdict = check_syntax(answer.language, code)
        if not code.strip() or not verdict.valid:
            self._say("that does not parse; it is as it was before")
            return answer
        return replace(answer, code=code, faults=()) if code.strip() != answer.code.strip() else answer

    def _copy(self, answer: Answer) -> Answer:
        from shellmate.repl.clipboard import copy

        try:
            copy(self._app.env, answer.code)
            self._say("asked the terminal to copy it")
        except ShellmateError as error:
            self._say(str(error))
        return answer

    def _explain(self, answer: Answer) -> Answer:
        from shellmate.answer.partlist import list_parts

        if answer.language != "shell":
            self._say("only commands are explained here")
            return answer
        try:
            parts = self._app.explainer().explain(answer.code)
        except ShellmateError as error:
            self._say(str(error))
            return answer
        colours = self._app.env.colours(self._wishes.color, True)
        self._app.env.write("".join(list_parts(parts, os.get_terminal_size(self._terminal).columns, colours)))
        return answer

    def _ask_again(self, answer: Answer) -> Answer:
        assert self.another and self.open_engine
        self._wishes = replace(self._wishes, refused=(*self._wishes.refused, answer.code))
        other = self.another(wishes=self._wishes, engine=self.open_engine())
        stop_timeout()
        if other is None or other.code.strip() in {code.strip() for code in self._wishes.refused}:
            self._say("there is no other answer")
            return answer
        return other

    def _say(self, text: str) -> None:
        os.write(self._terminal, f"{text}\n".encode("utf-8", "replace"))
