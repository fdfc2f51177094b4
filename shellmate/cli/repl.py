"""`shellmate repl`, and `shellmate` without words on a terminal."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, cast

import click

from shellmate.cli.app import App
from shellmate.cli.options import continue_option, language_options, session_option, setting_option
from shellmate.core.errors import ShellmateError, UsageError
from shellmate.core.process import need_session
from shellmate.prompt.library import PromptLibrary

if TYPE_CHECKING:
    from shellmate.engine.engine import Engine

EPILOG = """
\b
Examples:
  shellmate                        (the same, on a terminal)
  shellmate repl --continue        (goes on from the last answer)
  printf 'list python files\\nonly the newest ten\\n' | shellmate repl

\b
A message is a question; /help lists what else it can be. Enter sends it,
Alt-Enter begins a new line, Ctrl-C stops an answer, Ctrl-D leaves.
"""


@click.command(epilog=EPILOG)
@continue_option
@session_option
@language_options
@setting_option("model", "-m")
@setting_option("prompt", "-p")
@setting_option("effort")
@setting_option("max_tokens")
@setting_option("temperature")
@setting_option("seed")
@setting_option("ctx")
@setting_option("threads")
@setting_option("color")
@click.option("-q", "--quiet", is_flag=True, help="Say nothing on stderr but errors.")
@click.option("-v", "--verbose", count=True, help="-vv: llama.cpp's log, tracebacks.")
@click.pass_obj
def repl(app: App, /, continues: bool, session: str, quiet: bool, verbose: int, **settings: object) -> None:
    """Talk with the model: each answer knows the ones before it.

    Messages come from the terminal, or one a line from a pipe. The code goes to stdout and everything else to stderr.
    """
    app.configured |= {name: value for name, value in settings.items() if value is not None}
    app.mind_effort(app.configured.get("effort") if settings["effort"] else None, quiet=quiet)
    start_chat(app, continues, session, quiet, verbose)


def start_chat(app: App, continues: bool, session: str, quiet: bool, verbose: int) -> None:
    """Take messages until there are no more. Raises ShellmateError where the last one of a pipe was not answered."""
    need_session()
    if app.env.stdin is None:
        raise UsageError("there is nothing to read messages from", "start it on a terminal, or pipe them in")
    if not app.env.stdin_is_terminal:
        # Who pipes questions in wants their answers and no drawing, wherever they go.
        app = replace(app, env=replace(app.env, variables={**app.env.variables, "TERM": "dumb"}))
    library = PromptLibrary.of(app.paths)
    if name := app.setting("prompt"):
        library.find(name)  # before a model is fetched for it
    from shellmate.session.thread import open_thread

    thread = open_thread(app.new_thread(), continues, session)

    named_by = "remote_model" if app.setting("engine") == "http" else "model"
    model = app.setting("remote_model") if app.setting("engine") == "http" else app.model

    def open_engine(model: str) -> "Engine":
        chosen = replace(app, configured={**app.configured, named_by: model})
        return chosen.open_engine(quiet=quiet, verbose=verbose > 1)

    engine = open_engine(model)
    try:
        # Beside the loading of the model, which takes longer.
        from shellmate.engine.engine import Sampling
        from shellmate.repl.chat import Chat, Choices
        from shellmate.repl.loop import run
        from shellmate.repl.notes import Notes
        from shellmate.repl.reader import open_reader
        from shellmate.repl.spacing import SpacedOutput
        from shellmate.repl.toolbar import describe

        choices = Choices(
            model=model,
            language=app.setting("lang"),
            prompt=app.setting("prompt"),
            color=app.setting("color"),
        )
        sampling = Sampling(app.setting("max_tokens"), app.setting("temperature"), seed=app.setting("seed"))
        notes = Notes(app.env, choices.color, quiet)
        spaced = SpacedOutput(app.env.stdout)
        are_beside = app.env.stdin_is_terminal and app.env.stdout_is_terminal  # messages and answers
        env = app.env if are_beside else replace(app.env, stdout=cast(BinaryIO, spaced))
        chat = Chat(env, library, open_engine, engine, sampling, choices, thread, notes, app.new_trials, app.explainer)
        reader = open_reader(
            app.env,
            _history_file(app),
            _names(app),
            lambda: describe(chat),
            vi=app.setting("chat_keys") == "vi",
            remember=app.setting("log") and app.setting("chat_history") != "none",
            colour=choices.color,
            suggest=partial(_suggest, app),
        )
        try:
            answered = run(chat, reader, spaced.begin_message)
        finally:
            reader.close()
            engine = chat.engine
    finally:
        engine.close()
    if not answered and not app.env.stdin_is_terminal:
        raise ShellmateError("the last message was not answered")


async def _suggest(app: App, typed: str, in_words: bool) -> str:
    """What the resident engine suggests, where there is one: it may come and go while messages are typed."""
    if app.engine or app.setting("engine") == "http" or app.setting("resident") == "never":
        return ""
    address = app.address
    if not address.is_there:
        return ""
    from shellmate.resident.asking import ask_suggestion

    return await ask_suggestion(address.socket, typed, in_words)


def _history_file(app: App) -> Path:
    """One for all, or one for the project that the working directory is in."""
    if app.setting("chat_history") != "project":
        return app.paths.state / "chat_history"
    cwd = app.env.cwd
    project = next((place for place in (cwd, *cwd.parents) if (place / ".git").exists()), cwd)
    digest = sha256(str(project).encode("utf-8", "surrogateescape")).hexdigest()
    return app.paths.state / "projects" / f"{project.name or 'root'}-{digest[:16]}"


def _names(app: App) -> dict[str, Callable[[], Iterable[str]]]:
    from shellmate.cli.completion import LISTS

    kinds = [("model", "models"), ("prompt", "prompts"), *([("session", "sessions")] if app.setting("log") else [])]
    return {
        kind: lambda listed=listed: [name for name, _ in LISTS[listed](app, ())]  # type: ignore[misc]
        for kind, listed in kinds
    }
