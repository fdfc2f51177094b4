"""`shellmate bench`: how fast this machine is with the models that it has."""

import json
import shlex
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from shellmate.cli.app import App
from shellmate.cli.options import Listed
from shellmate.core.configuration import save_setting
from shellmate.core.errors import ModelError, ShellmateError, UsageError

if TYPE_CHECKING:
    from shellmate.bench.figures import ModelFigures
    from shellmate.bench.machine import Machine
    from shellmate.bench.measure import Plan
    from shellmate.bench.suggest import Suggestion

EPILOG = """
\b
Examples:
  shellmate bench --quick
  shellmate bench qwen2.5-coder-0.5b qwen2.5-coder-1.5b
  shellmate bench --threads 1,2,4 --plot bench.svg
  shellmate bench --write

\b
Exit status: 1 where a model could not be measured, 3 where none is installed,
130 where it was interrupted: what was measured until then is printed.
"""


@click.command(epilog=EPILOG)
@click.argument("models", metavar="[MODEL]...", nargs=-1, type=Listed("installed", files=True))
@click.option(
    "--threads", metavar="LIST", default="", help="Numbers of threads, as 1,2,4 or 1-4 [1 to the physical cores]."
)
@click.option("--runs", metavar="N", type=click.IntRange(1, 100), default=3, help="Runs of each measurement [3].")
@click.option("--quick", is_flag=True, help="Ask no questions: only speed, starts and memory.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object on stdout.")
@click.option("--plot", metavar="FILE", type=click.Path(), help="Draw the figures into an SVG file as well.")
@click.option("--write", is_flag=True, help="Set what is suggested, instead of printing the commands for it.")
@click.option("-q", "--quiet", is_flag=True, help="Say nothing on stderr but errors.")
@click.pass_obj
def bench(
    app: App,
    models: tuple[str, ...],
    threads: str,
    runs: int,
    quick: bool,
    as_json: bool,
    plot: str | None,
    write: bool,
    quiet: bool,
) -> None:
    """Measure this machine: tokens a second, starts, memory, and how much code runs.

    Each installed model, or each MODEL, is measured with each number of threads. A cold start is one whose model
    file was dropped from memory, as after booting. A dozen questions are asked, and the answers run in a sandbox.
    Nothing is fetched; a resident engine, the settings, the log and the primed prompts are left alone.
    """
    from shellmate.bench.figures import ModelFigures
    from shellmate.bench.machine import Machine
    from shellmate.bench.measure import Plan

    target = _check_plot(app, plot) if plot else None
    machine = Machine.here()
    plan = Plan(_threads(threads, machine), runs, asks=not quick)
    figures = [ModelFigures(name, _size_of(app, name)) for name in _names(app, models)]
    if not quiet:
        _announce(app, plan, machine, figures)
    notes: list[str] = []
    interrupted = False
    try:
        _measure(app, plan, figures, notes, quiet)
    except KeyboardInterrupt:
        interrupted = True
    suggestions = [] if interrupted else _suggest(app, figures, machine)
    if as_json:
        _write_json(app, machine, plan, figures, notes, suggestions, interrupted)
    else:
        _write_tables(app, machine, figures, notes)
    if target:
        _draw(target, figures, machine)
    if interrupted:
        app.env.say("shellmate: interrupted; this is what was measured until then")
        raise KeyboardInterrupt
    if not as_json:
        _write_suggestions(app, suggestions, machine)
    if write:
        _apply(app, suggestions, quiet)
    if failed := [m for m in figures if m.error]:
        raise ShellmateError("; ".join(f"{m.title} could not be measured: {m.error}" for m in failed))


def _measure(app: App, plan: "Plan", figures: "list[ModelFigures]", notes: list[str], quiet: bool) -> None:
    from shellmate.bench.measure import Bench
    from shellmate.bench.place import open_place
    from shellmate.core.progress import progress

    with open_place(app.paths, app.env.variables) as place:
        bench = Bench(place, app.env, plan, partial(progress, app.env, quiet=quiet), quiet, notes)
        for model in figures:
            bench.measure(model)


def _names(app: App, models: tuple[str, ...]) -> list[str]:
    """Of the models that are to be measured, each once. Raises ModelError where one is not here, or none is, and
    UsageError for an unknown name."""
    from shellmate.models.catalogue import CATALOGUE, find_model
    from shellmate.models.installed import place_of
    from shellmate.models.store import is_path

    for name in models:
        if is_path(name):
            if not (app.env.cwd / Path(name).expanduser()).exists():
                raise ModelError(f"the model {name} does not exist", "give the path of a GGUF file")
        elif not place_of(find_model(name), app.paths).exists():
            raise ModelError(f"{name} is not installed", f"run `shellmate model pull {name}`")
    installed = [entry.name for entry in CATALOGUE.values() if place_of(entry, app.paths).exists()]
    own = [app.model] if is_path(app.model) else []
    names = dict.fromkeys(models or [*own, *installed])
    if not names:
        raise ModelError("there is no model to measure", "run `shellmate model pull`")
    return [str(app.env.cwd / Path(name).expanduser()) if is_path(name) else name for name in names]


def _size_of(app: App, name: str) -> int:
    from shellmate.models.catalogue import find_model
    from shellmate.models.installed import place_of
    from shellmate.models.store import is_path

    return (Path(name) if is_path(name) else place_of(find_model(name), app.paths)).stat().st_size


def _threads(text: str, machine: "Machine") -> tuple[int, ...]:
    from shellmate.bench.threads import parse_threads, usual_threads

    if not text:
        return usual_threads(machine.cores)
    try:
        return parse_threads(text)
    except ValueError as error:
        raise UsageError(f"--threads: {error}") from None


def _check_plot(app: App, plot: str) -> Path:
    """Where the picture goes. Raises UsageError, now rather than after minutes, where it cannot go there."""
    import os

    target = app.env.cwd / plot
    if target.suffix.lower() != ".svg":
        raise UsageError(f"--plot draws SVG only, and {plot} is none", f"give {Path(plot).with_suffix('.svg')}")
    if target.is_dir() or not os.access(target.parent, os.W_OK):
        raise UsageError(f"--plot: {plot} cannot be written", "give a file in a folder of yours")
    return target


def _announce(app: App, plan: "Plan", machine: "Machine", figures: "list[ModelFigures]") -> None:
    minutes = sum(plan.seconds_for(m.size) for m in figures) * max(1.0, machine.load / machine.cores) / 60
    takes = f"about {minutes:.0f} minutes" if minutes >= 1.5 else "about a minute"
    models = f"{len(figures)} models" if len(figures) > 1 else figures[0].title
    threads = " and ".join(", ".join(map(str, plan.threads)).rsplit(", ", 1))
    app.env.say(f"shellmate: measuring {models} with {threads} thread{'s' if plan.threads != (1,) else ''}: {takes}")
    if machine.is_busy:
        app.env.say(f"shellmate: this machine is busy (load {machine.load:.1f}), which shows in the figures")


def _suggest(app: App, figures: "list[ModelFigures]", machine: "Machine") -> "list[Suggestion]":
    from shellmate.bench.suggest import suggest

    return suggest(figures, machine.cores)


def _write_tables(app: App, machine: "Machine", figures: "list[ModelFigures]", notes: list[str]) -> None:
    from shellmate.bench.table import explain, render

    app.env.write(f"{machine}\n\n{render(figures)}\n{explain(figures)}")
    app.env.write("".join(f"{note}\n" for note in notes))


def _write_json(
    app: App,
    machine: "Machine",
    plan: "Plan",
    figures: "list[ModelFigures]",
    notes: list[str],
    suggestions: "list[Suggestion]",
    interrupted: bool,
) -> None:
    report: dict[str, Any] = {
        "machine": asdict(machine),
        "runs": plan.runs,
        "models": [m.to_json() for m in figures],
        "notes": notes,
        "suggestions": [asdict(suggestion) for suggestion in suggestions],
        "interrupted": interrupted,
    }
    app.env.write(json.dumps(report, ensure_ascii=False) + "\n")


def _draw(target: Path, figures: "list[ModelFigures]", machine: "Machine") -> None:
    from shellmate.bench.plot import draw
    from shellmate.core.paths import write_whole

    with write_whole(target, 0o644) as file:
        file.write(draw(figures, str(machine)).encode())


def _write_suggestions(app: App, suggestions: "list[Suggestion]", machine: "Machine") -> None:
    """The commands that set what is suggested, each with its reason; as comments where that is so already."""
    if suggestions:
        busy = " (this machine was busy: measure it again when it is not)" if machine.is_busy else ""
        app.env.write(f"\nsuggested{busy}:\n")
    for suggestion in suggestions:
        told = shlex.join(["shellmate", "config", "set", suggestion.name, suggestion.value])
        if _is_set(app, suggestion):
            told = f"# {suggestion.name} stays {suggestion.value}"
        app.env.write(f"{told}{': ' if told.startswith('#') else '  # '}{suggestion.reason}\n")


def _apply(app: App, suggestions: "list[Suggestion]", quiet: bool) -> None:
    changed = [suggestion for suggestion in suggestions if not _is_set(app, suggestion)]
    for suggestion in changed:
        save_setting(app.paths.config_file, suggestion.name, suggestion.value)
    if quiet:
        return
    told = ", ".join(f"{suggestion.name} = {suggestion.value}" for suggestion in changed)
    app.env.say(f"shellmate: set {told} in {app.paths.config_file}" if told else "shellmate: nothing to set")


def _is_set(app: App, suggestion: "Suggestion") -> bool:
    return str(app.setting(suggestion.name)) == suggestion.value
