"""-r: answer, show, ask, run."""

import os
import signal
import tempfile
from collections.abc import Callable
from dataclasses import replace

from shellmate.answer.run import confirm_run, judge_fit, open_terminal, run_snippet, status_in_words
from shellmate.cli.app import App
from shellmate.cli.ask import ask
from shellmate.cli.main import stop_timeout
from shellmate.cli.wishes import Wishes
from shellmate.core.errors import ShellmateError
from shellmate.engine.engine import Engine, Sampling


def ask_and_run(app: App, wishes: Wishes, sampling: Sampling, open_engine: Callable[[], Engine]) -> None:
    """Show an answer on the terminal, whatever the streams are, since stdout is for what it prints; run it after a yes.

    Raises UsageError where there is no terminal to ask on, RefusedError where the snippet is dangerous,
    ShellmateError where it is not run or fails.
    """
    piped = app.env.stdin is not None and not app.env.stdin_is_terminal
    with open_terminal() as terminal, tempfile.TemporaryFile(prefix="shellmate-") as spool:
        with os.fdopen(os.dup(terminal), "wb") as screen:
            showing = replace(app, env=app.env.writing_to(screen))
            answer = ask(showing, wishes, sampling, open_engine(), spool if piped else None)
        verdict = judge_fit(answer)
        assert answer
        stop_timeout()
        if not confirm_run(terminal, verdict):
            raise ShellmateError("not run")
        status = run_snippet(answer.language, answer.code, spool if piped else None)
    if status == -signal.SIGINT:
        raise KeyboardInterrupt
    if status:
        raise ShellmateError(f"the snippet {status_in_words(status)}")
