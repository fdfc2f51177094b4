"""What the widgets call: the lines that could take the place of the one that was typed."""

from functools import partial

import click

from shellmate.cli.app import App
from shellmate.cli.commands import load
from shellmate.core.errors import ExitCode, ShellmateError, UsageError
from shellmate.core.paths import reason
from shellmate.shell.init import SHELLS
from shellmate.shell.line import Line, write_lines
from shellmate.shell.preview import Preview

LONGEST = 160  # tokens of a command


@click.command(hidden=True)
@click.option("--shell", type=click.Choice(SHELLS), required=True)
@click.option("--keep-comment", is_flag=True)
@click.option("--no-comments", is_flag=True, help="The shell takes # for a command.")
@click.pass_obj
def line(app: App, shell: str, keep_comment: bool, no_comments: bool) -> None:
    """Read a command line from stdin as Line.read has it; write what could replace it, best first, and itself.

    Every failure is shown here and ends with NO_ANSWER: any other status tells the widget that nothing was shown.
    """
    typed = Line.read(app.env.stdin.read() if app.env.stdin else b"", shell)
    # bash takes its line away meanwhile, zsh puts the cursor at the end, fish leaves it where it is.
    preview = Preview(app.env, below=shell != "bash", is_covered=shell == "fish" and "\n" in typed.after)
    try:
        preview.show("...", at_once=True)
        _load_settings(app)
        app.configured["auto_pull"] = False  # a key press fetches nothing
        engine = app.open_engine(show_progress=preview.progress)
        try:
            from shellmate.engine.engine import Sampling  # beside the loading of the model, which takes longer
            from shellmate.prompt.library import PromptLibrary
            from shellmate.shell.writer import LineWriter

            library = PromptLibrary.of(app.paths)
            sampling = Sampling(LONGEST, app.setting("temperature"), seed=app.setting("seed"))
            keeps_words = keep_comment and not no_comments
            trials = app.new_trials(typed.words, typed.names)
            find_faults = partial(trials.find_faults, "shell") if trials else lambda code: ()
            writer = LineWriter(engine, library, sampling, preview, shell, not no_comments, keeps_words, find_faults)
            lines = writer.write(typed)
        finally:
            engine.close()
    except Exception as error:
        preview.say(*_in_words(error))
        click.get_current_context().exit(ExitCode.NO_ANSWER)
    finally:
        preview.clear()
    app.env.write(write_lines([*lines, typed.as_it_is], shell))
    app.keep_warm()


def _load_settings(app: App) -> None:
    """Raises UsageError, short enough for a line that the name of the file alone might fill."""
    try:
        load(app, {})
    except UsageError as error:
        raise UsageError("the settings are wrong", "`shellmate doctor` says what is") from error


def _in_words(error: Exception) -> tuple[str, str]:
    """What went wrong, and what mends it."""
    if isinstance(error, ShellmateError):
        return f"shellmate: {error.message}", error.mend
    if isinstance(error, OSError):
        return f"shellmate: {reason(error)}{f': {error.filename}' if error.filename else ''}", ""
    return f"shellmate: internal error: {type(error).__name__}: {error}", ""
