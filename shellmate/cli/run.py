"""-r: answer, show, ask, run."""

import signal
import tempfile
from collections.abc import Callable
from dataclasses import replace

from shellmate.answer.run import confirm, open_terminal, run_snippet
from shellmate.cli.app import App
from shellmate.cli.ask import Wishes, ask
from shellmate.cli.main import stop_timeout
from shellmate.core.errors import ShellmateError, UsageError
from shellmate.engine.engine import Engine, Sampling


def ask_and_run(app: App, wishes: Wishes, sampling: Sampling, open_engine: Callable[[], Engine]) -> None:
    """Show an answer on stderr, since stdout is for what it prints, and run it after a yes.

    Raises UsageError where there is no terminal to ask on, ShellmateError where the snippet is not run or fails.
    """
    piped = app.env.stdin is not None and not app.env.stdin_is_terminal
    with open_terminal() as terminal, tempfile.TemporaryFile(prefix="shellmate-") as spool:
        showing = replace(app, env=app.env.with_stderr_for_stdout())
        answer = ask(showing, wishes, sampling, open_engine(), spool if piped else None)
        if answer is None:
            raise UsageError("prose cannot be run", "say what the code should do")
        stop_timeout()
        if not confirm(terminal, "run it? [y/N] "):
            raise ShellmateError("not run")
        status = run_snippet(answer.language, answer.code, spool if piped else None)
    if status == -signal.SIGINT:
        raise KeyboardInterrupt
    if status:
        how = f"was ended by signal {-status}" if status < 0 else f"failed with exit status {status}"
        raise ShellmateError(f"the snippet {how}")
