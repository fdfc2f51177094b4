"""-r: answer, show, ask, run."""

import os
import signal
import tempfile
from collections.abc import Callable
from dataclasses import replace

from shellmate.answer.answer import Answer
from shellmate.answer.danger import CAUTION, DANGER, judge
from shellmate.answer.run import confirm, open_terminal, run_snippet
from shellmate.answer.sanitise import make_visible
from shellmate.cli.app import App
from shellmate.cli.ask import Wishes, ask
from shellmate.cli.main import stop_timeout
from shellmate.core.errors import NoAnswerError, RefusedError, ShellmateError, UsageError
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
        _refuse_unfit(answer)
        assert answer
        verdict = judge(answer.language, answer.code)
        if verdict.level == DANGER:
            raise RefusedError(f"not run: it {verdict.reasons[0]}", "if you mean that, run it yourself")
        stop_timeout()
        warning = f"caution, it {make_visible(verdict.reasons[0])}: " if verdict.level == CAUTION else ""
        if not confirm(terminal, f"{warning}run it? [y/N] "):
            raise ShellmateError("not run")
        status = run_snippet(answer.language, answer.code, spool if piped else None)
    if status == -signal.SIGINT:
        raise KeyboardInterrupt
    if status:
        how = f"was ended by signal {-status}" if status < 0 else f"failed with exit status {status}"
        raise ShellmateError(f"the snippet {how}")


def _refuse_unfit(answer: Answer | None) -> None:
    """Raises where an answer is nothing that could be run, or is known not to be whole or right."""
    if answer is None or answer.language not in ("shell", "python"):
        raise UsageError("only shell and Python are run", "say what the code should do, or leave out --run")
    if answer.cut:
        raise NoAnswerError("the answer was cut and is not run", "give a larger --max-tokens")
    if answer.faults:
        raise NoAnswerError(f"not run, since {answer.faults[0]}", "say it in other words")
