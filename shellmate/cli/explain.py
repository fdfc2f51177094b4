"""`shellmate explain`: what each part of a command means, from this machine's own man pages."""

import shlex
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from shellmate.cli.app import App
from shellmate.cli.options import setting_option
from shellmate.core.errors import UsageError

if TYPE_CHECKING:
    from shellmate.request.command.part import Part
    from shellmate.request.command.parts import Explainer

AS_THEY_ARE = frozenset(("|", "|&", "||", "&&", "&", ">", ">>", "<", "<<<", "2>", "2>>", "&>", "2>&1", ">&2", "{}"))
MOST_BYTES = 1 << 18
MOST_TOKENS = 120
# What --json prints, for the reference; `a[].b` is b in each object of the list a.
KEYS = {
    "command": "The command, as it was read.",
    "parts[].text": "A part of it, as it is written there.",
    "parts[].kind": (
        "`program`, `command` (of a program, as git's `commit`), `option`, `argument`, `assignment`, `redirection`, "
        "`operator` or `keyword`."
    ),
    "parts[].meaning": "What it means; empty where nothing is known.",
    "parts[].source": (
        "Where that is from: `man`, `--help`, `bash`, `fish`, `shell` or `shellmate`; `null` where nothing is known."
    ),
    "prose": "What the model says about the whole; empty with `--no-prose`.",
    "danger.level": "`safe`, `caution` or `danger`.",
    "danger.reasons": "What the command does that made it so, a text each, to be read behind an `it`.",
    "hits[].does": "What it does to files that are there now, such as `deletes`.",
    "hits[].files": "To how many.",
    "hits[].bytes": "Of how many bytes in all.",
    "hits[].tracked": "How many of them git knows.",
    "hits[].foreign": "How many of them are another user's.",
    "hits[].whole": "`false` where there are more, since time was up or a target cannot be told.",
    "undoable": "A command that does the same and can be undone; `null` where none is known.",
}


@click.command(context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False})
@click.argument("words", nargs=-1, metavar="COMMAND", type=click.UNPROCESSED)
@click.option("--json", "as_json", is_flag=True, help="One JSON object: command, parts, prose, danger, hits, undoable.")
@click.option("--no-prose", is_flag=True, help="Only the parts; no model is loaded.")
@setting_option("model", "-m")
@setting_option("color")
@click.option("-q", "--quiet", is_flag=True, help="Say nothing on stderr but errors.")
@click.pass_obj
def explain(
    app: App,
    words: tuple[str, ...],
    as_json: bool,
    no_prose: bool,
    model: str | None,
    color: str | None,
    quiet: bool,
) -> None:
    """Say what each part of a command does. The command is read, never run.

    Of one that deletes, moves, overwrites or changes files it is also said how many there are now, and how to do the
    same so that it can be undone.

    In brackets stands where a meaning is from: [man], [--help] and [bash], its help for builtins, are this machine's
    own texts; [shell] and [shellmate] are fixed texts about the shell's signs and about arguments; what stands behind
    `model:` is written by the model.

    Options of explain's own go in front of COMMAND. COMMAND may be quoted or not, or come on stdin; quote it where
    your shell would otherwise act on its signs, such as | and >.

    \b
    Examples:
      shellmate explain 'tar xzf a.tgz -C /tmp'
      shellmate explain --no-prose git commit -am fix
      shellmate explain "find . -name '*.log' | xargs rm"
      fc -ln -1 | shellmate explain
    """
    from shellmate.cli.main import start_timeout

    app.configured |= {k: v for k, v in (("model", model), ("color", color)) if v is not None}
    if seconds := app.setting("timeout"):
        start_timeout(seconds)
    command = join_command(words) if words else _read_command(app)
    explainer = app.explainer()
    if not click.get_current_context().meta["certain"]:
        _refuse_question(explainer, command)
    parts = explainer.explain(command)
    _refuse_broken(command)
    if as_json:
        _write_json(app, command, parts, "" if no_prose else _write_prose(app, command, parts, quiet, shown=False))
        return
    _write_parts(app, parts)
    _write_consequences(app, command)
    if not no_prose:
        _write_prose(app, command, parts, quiet, shown=True)


def join_command(words: Sequence[str]) -> str:
    """One word is the command line; of several each is a word of it, quoted where it has to be."""
    from shellmate.request.request import join_words

    if len(words) > 1:
        words = [word if word in AS_THEY_ARE else shlex.quote(word) for word in words]
    command = join_words(tuple(words))
    if not command:
        raise UsageError("there is no command to explain", "give one: shellmate explain 'tar xzf a.tgz'")
    return command


def _read_command(app: App) -> str:
    if app.env.stdin is None or app.env.stdin_is_terminal:
        raise UsageError("there is no command to explain", "give one: shellmate explain 'tar xzf a.tgz'")
    return join_command([app.env.stdin.read(MOST_BYTES).decode("utf-8", "replace")])


def _refuse_question(explainer: "Explainer", command: str) -> None:
    """Raises click's UsageError, which shows how to ask, where the first word is nothing that a shell could run."""
    from shellmate.request.command.simplecommands import first_program

    try:
        name = first_program(command)
    except UsageError:
        name = command.split()[0]
        if name.isalpha() and not explainer.knows(name):
            raise _not_a_command(name) from None
        raise
    if name and not explainer.knows(name):
        raise _not_a_command(name)


def _not_a_command(name: str) -> click.UsageError:
    from shellmate.answer.showing.sanitise import make_visible

    shown = make_visible(name.replace("\n", r"\n"))
    what = f"{shown!r} is no program on this machine, no builtin and no keyword of the shell"
    context = click.get_current_context()
    if not context.params["words"]:
        return click.UsageError(f"{what}; what is piped in is explained by `shellmate` without a word", context)
    return click.UsageError(what, context)


def _refuse_broken(command: str) -> None:
    """Raises UsageError with what bash has against the command's syntax. bash only reads it."""
    from shellmate.answer.shell_syntax import NoShellError, ShellFailedError, read_script
    from shellmate.request.command.shellnames import KEYWORDS

    try:
        complaints = [each for each in read_script(command, "bash") if not each.is_warning]
    except (NoShellError, ShellFailedError):
        return
    if complaints and command.split()[0] in KEYWORDS and "\n" not in command:  # such as: for loops in bash
        raise click.UsageError(f"that is no command line: {complaints[0].message}", click.get_current_context())
    if complaints:
        raise UsageError(f"that is no command line: {complaints[0].message}")


def _write_parts(app: App, parts: "Sequence[Part]") -> None:
    from shellmate.answer.showing.partlist import list_parts
    from shellmate.answer.showing.terminal import size_of

    columns = size_of(app.env).columns if app.env.stdout_is_terminal else None
    colours = app.env.colours(app.setting("color"), app.env.stdout_is_terminal)
    app.env.write("".join(list_parts(parts, columns, colours)))


def _write_consequences(app: App, command: str) -> None:
    """What the command would do that cannot be undone, and to how much; nothing where it is safe."""
    from shellmate.answer.danger import SAFE, judge
    from shellmate.answer.foresight import foresight_in_words
    from shellmate.answer.showing.sanitise import make_visible

    verdict = judge("shell", command)
    lines = [f"{verdict.level}: it {reason}" for reason in verdict.reasons if verdict.level != SAFE]
    lines += foresight_in_words(verdict, command, app.env.cwd, app.env.variables)
    if lines:
        app.env.write("\n" + "".join(f"{make_visible(line)}\n" for line in lines))


def _write_json(app: App, command: str, parts: "Sequence[Part]", prose: str) -> None:
    import json

    from shellmate.answer.danger import judge
    from shellmate.answer.foresight import foresee

    listed = [{"text": p.text, "kind": p.kind, "meaning": p.meaning, "source": p.source or None} for p in parts]
    verdict = judge("shell", command)
    radii, undoable = foresee(verdict, command, app.env.cwd, app.env.variables)
    report = {
        "command": command,
        "parts": listed,
        "prose": prose,
        "danger": {"level": verdict.level, "reasons": list(verdict.reasons)},
        "hits": [radius.as_json() for radius in radii],
        "undoable": undoable or None,
    }
    app.env.write(json.dumps(report, ensure_ascii=False) + "\n")


def _write_prose(app: App, command: str, parts: "Sequence[Part]", quiet: bool, shown: bool) -> str:
    """What the model says about the whole, given the parts; written while it comes if `shown`."""
    from shellmate.answer.showing.prose import first_paragraph, write_prose
    from shellmate.engine.engine import Sampling
    from shellmate.prompt.library import PromptLibrary
    from shellmate.prompt.prompt import compose_overview

    prompt = compose_overview(command, parts, PromptLibrary.of(app.paths))
    most = min(app.setting("max_tokens"), MOST_TOKENS)
    sampling = Sampling(most, app.setting("temperature"), seed=app.setting("seed"), stop="")
    engine = app.open_engine(quiet=quiet)
    try:
        pieces = first_paragraph(engine.generate(prompt, sampling))
        if not shown:
            return "".join(pieces).strip()
        app.env.write("\nmodel: ")
        return write_prose(pieces, app.env.write, for_people=app.env.stdout_is_terminal)
    finally:
        engine.close()
