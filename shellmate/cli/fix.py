"""`shellmate fix`: the last command that failed, as it was meant."""

import os
import re
from dataclasses import replace
from stat import S_ISCHR
from tempfile import TemporaryFile

import click

from shellmate.cli.app import App
from shellmate.cli.options import setting_option
from shellmate.core.errors import UsageError

# shellmate called to fix a command: by itself, or at the end of a pipe.
_OWN = re.compile(r"(?:^|(?P<pipe>\s*\|&?)|[;&])\s*(?:command\s+)?(?:\S*/)?shellmate\s+fix\b")
LAST_COMMANDS, LAST_STATUS = "SHELLMATE_LAST_COMMANDS", "SHELLMATE_LAST_STATUS"  # from what `shellmate init` prints


@click.command()
@click.option("--command", metavar="TEXT", help="The command; by default the last one, which the shell tells.")
@click.option("--status", type=click.IntRange(0, 255), metavar="N", help="Its exit status.")
@setting_option("screen")
@click.option("-q", "--quiet", is_flag=True, help="Say nothing on stderr but errors.")
@click.option("-v", "--verbose", count=True, help="Timings on stderr.")
@click.pass_obj
def fix(app: App, command: str | None, status: int | None, screen: bool | None, quiet: bool, verbose: int) -> None:
    """Print the last command as it was meant. What it printed tells more, where it is piped in. Nothing is run.

    A program or a file that is misspelt is put right without the model.
    The last command is known in a shell that has `eval "$(shellmate init bash)"` in its startup file. Tokens, keys and
    passwords are cut out before the model sees it. Within tmux, --screen reads what it printed off the screen.

    \b
    Examples:
      shellmate fix
      make 2>&1 | shellmate fix
      shellmate fix --command "gti push"
    """
    from shellmate.answer.danger import DANGER, judge
    from shellmate.answer.showing.display import open_display
    from shellmate.cli.ask import ask
    from shellmate.cli.main import start_timeout
    from shellmate.cli.wishes import Wishes
    from shellmate.engine.engine import Sampling
    from shellmate.request.command.typos import NOT_FOUND, mend_names
    from shellmate.request.screen import read_output
    from shellmate.request.secrets import cut_secrets

    if not command:
        command, known = _last_command(app)
        status = known if status is None else status
    # Whether the program of a command that was given alone was found is not known.
    statuses = (NOT_FOUND, 1) if status is None else (status,)
    path = app.env.variables.get("PATH", "")
    attempts = (mend_names(command, each, path, app.env.cwd) for each in statuses)
    mended = next((attempt for attempt in attempts if attempt != command), command)
    if mended != command and not _is_piped(app):
        open_display(app.env, "shell", app.setting("color")).finish(f"{mended}\n")
        if (verdict := judge("shell", mended)).level == DANGER:
            app.env.say(f"shellmate: danger: it {verdict.reasons[0]}")
        return
    if seconds := app.setting("timeout"):
        start_timeout(seconds)
    if app.setting("screen", screen) and not _is_piped(app):
        app = _with_output(app, cut_secrets(read_output(command, app.env.variables)))
    words = f"{cut_secrets(command)}\nexit status {1 if status is None else status}"
    wishes = Wishes(
        (words,), "shell", "fix", refused=(command,), color=app.setting("color"), quiet=quiet, verbose=verbose > 0
    )
    sampling = Sampling(app.setting("max_tokens"), app.setting("temperature"), seed=app.setting("seed"))
    ask(app, wishes, sampling, app.open_engine(quiet=quiet, verbose=verbose > 1))


def _is_piped(app: App) -> bool:
    """Whether something comes in: /dev/null, which some have for stdin, does not count."""
    stdin = app.env.stdin
    return stdin is not None and not app.env.stdin_is_terminal and not S_ISCHR(os.fstat(stdin.fileno()).st_mode)


def _with_output(app: App, output: str) -> App:
    """The same, where what the command printed is piped in."""
    if not output:
        return app
    spool = TemporaryFile()
    spool.write(output.encode("utf-8", "replace"))
    spool.seek(0)
    return replace(app, env=replace(app.env, stdin=spool, stdin_is_terminal=False))


def _last_command(app: App) -> tuple[str, int]:
    """The last command that was not shellmate's own, with its status as far as that is known; where its output is piped
    to this process, the one that prints it."""
    told = app.env.variables.get(LAST_COMMANDS, "")
    # bash begins each with a tab, so that its line feeds are those of one command; fish and zsh tell them apart.
    commands = [
        command.strip()
        for command in re.split(r"\x1e|\n(?=\t)" if re.match(r"\t|.*\x1e", told, re.DOTALL) else r"\n", told)
    ]
    status = app.env.variables.get(LAST_STATUS, "")
    known = int(status) if status.isascii() and status.isdigit() else 1
    for place, command in enumerate(reversed([command for command in commands if command])):
        own = _OWN.search(command)
        if own is None:
            return command, known
        if own["pipe"] and _is_piped(app):
            return command[: own.start()].removesuffix("2>&1").strip(), 1
        known = known if place == 0 else 1  # behind another `shellmate fix` the status is that one's
    raise UsageError(
        "the last command is not known",
        'put `eval "$(shellmate init bash)"` into ~/.bashrc (`shellmate init --help`), or give --command',
    )
