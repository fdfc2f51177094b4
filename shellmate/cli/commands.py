"""`shellmate` itself: its options, and the rule that tells a command from a question."""

from collections.abc import Sequence
from functools import partial
from typing import Any

import click

from shellmate import __version__
from shellmate.cli.app import App
from shellmate.cli.options import continue_option, language_options, session_option, setting_option
from shellmate.core.configuration import load_settings
from shellmate.core.errors import UsageError
from shellmate.core.names import COMMANDS, HIDDEN
from shellmate.prompt.library import PromptLibrary

EPILOG = """
\b
Examples:
  shellmate "count csv column mean"
  shellmate --sh files over 100MB changed this week
  head sales.csv | shellmate "mean of price"
  git diff | shellmate
  cat sales.csv | shellmate -r "mean of price"
  shellmate --py -x "parse a log line with a regex"
  shellmate -c "now ignore case"    (goes on from the last answer)
  shellmate explain 'tar xzf a.tgz -C /tmp'
  shellmate -- model of a car in python    (a question that begins with a command's name)

\b
Exit status: 0 answered, 1 failed, 2 usage, 3 model, 4 no answer that parses,
5 refused to run, 124 timed out, 130 interrupted.
"""


def wants_only_help(args: Sequence[str]) -> bool:
    """Whether a command line is the names of a command and `--help`, for which no settings and folders are needed."""
    if args[-1:] not in (["--help"], ["-h"], ["--version"]):
        return False
    command: click.Command | None = shellmate
    for name in args[:-1]:
        command = command.get_command(click.Context(command), name) if isinstance(command, click.Group) else None
    return command is not None


class AskingGroup(click.Group):
    """A first word that names a command is that command; anything else is a question; `--` ends the doubt."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        if name not in (*COMMANDS, *HIDDEN):
            return None
        from importlib import import_module

        name = HIDDEN.get(name, name)
        command: click.Command = getattr(import_module(f"shellmate.cli.{name}"), name)
        return command

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        first = args[1:2] if args[:1] == ["--no-config"] else args[:1]  # the one option that goes before a command
        ctx.meta["question"] = not first or first[0] not in (*COMMANDS, *HIDDEN)
        ctx.meta["certain"] = "--" in args
        # These say themselves what is wrong with the settings, or where they are, or read none.
        says_itself = args[:1] in (["doctor"], ["__line"]) or args[:2] == ["config", "path"]
        ctx.meta["unconfigured"] = says_itself or wants_only_help(args)
        if not ctx.meta["question"]:
            return super().parse_args(ctx, args)
        ctx.allow_interspersed_args = True
        words = click.Command.parse_args(self, ctx, args)
        ctx.args = []
        ctx.meta["words"] = tuple(words)
        return words

    def invoke(self, ctx: click.Context) -> Any:
        if not ctx.meta["unconfigured"]:
            load(ctx.obj, ctx.params)
        if ctx.meta["question"]:
            return click.Command.invoke(self, ctx)
        return super().invoke(ctx)

    def resolve_command(self, ctx: click.Context, args: list[str]) -> Any:
        return args[0], self.get_command(ctx, args[0]), args[1:]


def load(app: App, params: dict[str, Any]) -> None:
    """Read the settings; what the command line gives goes on top."""
    configured = {} if params.get("no_config") else load_settings(app.paths.config_file, app.env.variables)
    app.configured = configured | {k: v for k, v in params.items() if v is not None and k in _SETTINGS_HERE}


_SETTINGS_HERE = {
    "lang", "model", "prompt", "effort", "max_tokens", "temperature", "seed", "ctx", "threads", "timeout", "color",
    "offline",
}  # fmt: skip


@click.group(
    cls=AskingGroup,
    invoke_without_command=True,
    epilog=EPILOG,
    context_settings={"help_option_names": ["-h", "--help"]},
    subcommand_metavar="[WORDS]... | COMMAND",
)
@language_options
@click.option(
    "-n", "alternatives", type=click.IntRange(1, 8), default=1, metavar="N", help="N distinct alternatives, best first."
)
@click.option("-x", "--explain", is_flag=True, help="After the code, say what each part does.")
@click.option("-r", "--run", is_flag=True, help="Show the code, ask on the terminal, run it on what was piped in.")
@click.option("--sandbox", is_flag=True, help="Run it without network, on a copy of this folder; say what it changed.")
@continue_option
@session_option
@setting_option("model", "-m")
@setting_option("prompt", "-p")
@setting_option("effort")
@click.option("--json", is_flag=True, help="One JSON object on stdout.")
@setting_option("max_tokens")
@setting_option("temperature")
@setting_option("seed")
@setting_option("ctx")
@setting_option("threads")
@setting_option("timeout")
@setting_option("color")
@click.option("--offline", is_flag=True, default=None, help="Never touch the network.")
@click.option("--no-config", is_flag=True, help="Read no configuration, neither file nor variables.")
@click.option("-q", "--quiet", is_flag=True, help="Say nothing on stderr but errors.")
@click.option("-v", "--verbose", count=True, help="Timings, stdin's digest on stderr; -vv llama.cpp's log, tracebacks.")
@click.version_option(__version__, prog_name="shellmate")
def shellmate(**options: Any) -> None:
    """Turn words into code, offline.

    WORDS, quoted or not, are the question; what is piped in is what it is about. The code goes to stdout and
    everything else to stderr.
    """
    context = click.get_current_context()
    if not context.meta["question"]:
        return
    words, app = context.meta["words"], context.obj
    if words and words[0] in COMMANDS and not context.meta["certain"]:
        raise UsageError(
            f"options go behind a command: `shellmate {words[0]} ...`",
            f"to ask a question that begins with {words[0]!r}: shellmate -- {' '.join(words)}",
        )
    options["run"] = options["run"] or options["sandbox"]
    if options["run"] and (options["json"] or options["alternatives"] > 1):
        raise UsageError(
            f"--run and {'--json' if options['json'] else '-n'} do not go together", "leave out one of them"
        )
    if not words and (app.env.stdin is None or app.env.stdin_is_terminal):
        _open_chat(app, options)
        return
    from shellmate.cli.main import start_timeout

    if seconds := app.setting("timeout"):
        start_timeout(seconds)
    if name := app.setting("prompt"):
        PromptLibrary.of(app.paths).find(name)  # before a model is fetched for it
    app.mind_effort(options["effort"], quiet=options["quiet"])
    open_engine = partial(app.open_engine, quiet=options["quiet"], verbose=options["verbose"] > 1)
    engine = None if options["run"] else open_engine()
    from shellmate.cli.ask import ask  # beside the loading of the model, which takes longer
    from shellmate.cli.wishes import Wishes
    from shellmate.engine.engine import Sampling

    wishes = Wishes(
        words=words,
        language=app.setting("lang"),
        prompt=app.setting("prompt"),
        alternatives=options["alternatives"],
        explain=options["explain"],
        json=options["json"],
        color=app.setting("color"),
        quiet=options["quiet"],
        verbose=options["verbose"] > 0,
        continues=options["continues"],
        session=options["session"],
        runs=options["run"],
        sandbox=options["sandbox"],
    )
    sampling = Sampling(app.setting("max_tokens"), app.setting("temperature"), seed=app.setting("seed"))
    if engine:
        ask(app, wishes, sampling, engine)
        return
    from shellmate.cli.run import ask_and_run

    ask_and_run(app, wishes, sampling, open_engine)


def _open_chat(app: App, options: dict[str, Any]) -> None:
    if app.env.stdin is None:
        raise UsageError("there are no words to answer", 'say what you want: shellmate "count csv column mean"')
    for name in ("json", "run", "explain"):
        if options[name]:
            raise UsageError(f"there are no words for --{name}", "say what you want, or leave it out for a chat")
    from shellmate.cli.repl import start_chat

    start_chat(app, options["continues"], options["session"], options["quiet"], options["verbose"])
