"""The way in: wire the world, do the work, map what went wrong to one line and an exit code."""

import os
import signal
import sys
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import click

from shellmate.cli.app import App
from shellmate.cli.commands import shellmate, wants_only_help
from shellmate.core.environment import Environment
from shellmate.core.errors import ExitCode, ShellmateError, TimedOut
from shellmate.core.names import COMMANDS
from shellmate.core.paths import Paths
from shellmate.engine.engine import Engine

OpenEngine = Callable[..., Engine]


def run() -> None:
    """Run the command of this process and end it."""
    env = Environment.of_process()
    signal.signal(signal.SIGTERM, _end)
    code = main(sys.argv[1:], env, catch_interrupts=True)
    if code == ExitCode.INTERRUPTED:
        _die_of(signal.SIGINT)
    _leave(env, code)


def main(
    args: Sequence[str], env: Environment, open_engine: OpenEngine | None = None, catch_interrupts: bool = False
) -> int:
    """Do what the arguments say; the exit code. No exception leaves this function."""
    loud = "-vv" in args
    try:
        if catch_interrupts and signal.getsignal(signal.SIGINT) is signal.SIG_DFL:
            signal.signal(signal.SIGINT, signal.default_int_handler)
        return _work(list(args), env, open_engine)
    except click.ClickException as error:
        return _usage(env, error, args)
    except ShellmateError as error:
        if loud:
            traceback.print_exc(file=env.stderr)
        if str(error):
            env.say(f"shellmate: {error}")
        return error.exit_code
    except TimedOut as error:
        env.say(f"shellmate: {error}")
        return ExitCode.TIMED_OUT
    except (KeyboardInterrupt, click.Abort):
        return ExitCode.INTERRUPTED
    except BrokenPipeError:
        return -signal.SIGPIPE
    except OSError as error:
        if loud:
            traceback.print_exc(file=env.stderr)
        env.say(f"shellmate: {error.strerror or error}{f': {error.filename}' if error.filename else ''}")
        return ExitCode.FAILED
    except Exception as error:
        if loud:
            traceback.print_exc(file=env.stderr)
        env.say(f"shellmate: internal error: {type(error).__name__}: {error}; -vv shows where")
        return ExitCode.FAILED
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def _work(args: list[str], env: Environment, open_engine: OpenEngine | None) -> int:
    app = App(env, _find_paths(env, args), {}, open_engine)
    if names := env.variables.get("_SHELLMATE_COMPLETE"):
        from shellmate.cli.completion import write_names

        return write_names(app, names, args)
    try:
        # Not by click's own main(), which turns a closed pipe into exit 1 and Ctrl-C into "Aborted!".
        with shellmate.make_context("shellmate", args, obj=app) as context:
            shellmate.invoke(context)
    except click.exceptions.Exit as error:
        return error.exit_code
    return ExitCode.ANSWERED


def _find_paths(env: Environment, args: list[str]) -> Paths:
    """Raises ShellmateError where there is no home folder to have them in, and they are needed."""
    try:
        return Paths.of(env.variables)
    except ShellmateError:
        if not wants_only_help(args):
            raise
        return Paths(*[Path(os.devnull)] * 5)


def _usage(env: Environment, error: click.ClickException, args: Sequence[str]) -> int:
    """click's own message in one line, with the command to look at and the way to ask all the same."""
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        env.say(error.format_message())
        return ExitCode.USAGE
    context = getattr(error, "ctx", None)
    command = context.command_path if context else "shellmate"
    as_question = ""
    if len(args) > 1 and not args[1].startswith("-") and args[0] in COMMANDS:
        as_question = f"; to ask it as a question: shellmate -- {' '.join(args)}"
    elif isinstance(error, click.NoSuchOption):
        as_question = "; words that look like options go behind `--`"
    env.say(f"shellmate: {error.format_message().rstrip('.')}; see `{command} --help`{as_question}")
    return ExitCode.USAGE


def start_timeout(seconds: float) -> None:
    """Raise TimedOut in so many seconds, whatever is going on then."""

    def expire(*_: Any) -> None:
        raise TimedOut(f"--timeout of {seconds:g} s has passed")

    signal.signal(signal.SIGALRM, expire)
    signal.setitimer(signal.ITIMER_REAL, seconds)


def stop_timeout() -> None:
    """What the user does from here on may take as long as it takes."""
    signal.setitimer(signal.ITIMER_REAL, 0)


def _end(number: int, _: Any) -> None:
    raise SystemExit(128 + number)


def _die_of(number: int) -> None:
    """Let the signal end the process, so that the shell that started it sees what happened."""
    signal.signal(number, signal.SIG_DFL)
    os.kill(os.getpid(), number)


def _leave(env: Environment, code: int) -> None:
    """Flush and go. Tearing down the interpreter takes time and closes what may be closed already."""
    try:
        env.stdout.flush()
        env.stderr.flush()
    except (OSError, ValueError):
        pass
    if code == -signal.SIGPIPE:
        _die_of(signal.SIGPIPE)
    os._exit(code)
