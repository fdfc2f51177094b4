"""`shellmate doctor`: what is wrong, and the command that mends it."""

import json
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import click

from shellmate import __version__
from shellmate.cli.app import App
from shellmate.core.errors import ShellmateError

if TYPE_CHECKING:
    from shellmate.cli.checks.finding import Finding
    from shellmate.cli.checks.patient import Patient

    Check = Callable[[Patient], Iterator[Finding]]

EPILOG = """
\b
Examples:
  shellmate doctor
  shellmate doctor --deep
  shellmate doctor --json | jq -r '.checks[] | select(.level == "broken") | .mend'

\b
--json prints one object: `version`, `level` (the worst one), and `checks`, each
with `name`, `level` (ok, note, warning, broken), `text` and `mend` (a command,
or null).
"""
# What --json prints, for the reference; `a[].b` is b in each object of the list a.
KEYS = {
    "version": "That of shellmate.",
    "level": "The worst level of all: `ok`, `note`, `warning` or `broken`.",
    "checks[].name": "What was looked at.",
    "checks[].level": "How it is: `ok`, `note`, `warning` or `broken`.",
    "checks[].text": "What was found.",
    "checks[].mend": "The command that mends it; `null` where there is none, or nothing to mend.",
}
_COLOURS = {"ok": "32", "note": "36", "warning": "33", "broken": "1;31"}
_WIDTH = 13  # columns, of the longest usual name
_MARGIN = " " * (8 + 1 + _WIDTH + 1)
_LEAST_ROOM = 30  # columns: in less nothing is folded


@click.command(epilog=EPILOG)
@click.option("--deep", is_flag=True, help="Also read all bytes of the model and its states, and time an answer.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object on stdout.")
@click.option("-q", "--quiet", is_flag=True, help="Print only what is broken, or a warning.")
@click.pass_obj
def doctor(app: App, deep: bool, as_json: bool, quiet: bool) -> None:
    """Say what is wrong with this installation, and the command that mends it.

    One line for each thing that is looked at: `ok`, a `note` (it could be better), a `warning` (it works, but not as
    it should) or `broken`, which ends in exit status 1. Nothing is written, and the network is not used.
    """
    from shellmate.cli.checks.configuration import heal_settings
    from shellmate.cli.checks.finding import Level
    from shellmate.cli.checks.patient import Patient

    app.configured = heal_settings(app.paths.config_file, app.env.variables)
    found = []
    for finding in examine(Patient(app, deep, quiet)):
        found.append(finding)
        if not as_json and not (quiet and finding.level < Level.WARNING):
            _write(app, finding)
    worst = max(finding.level for finding in found)
    if as_json:
        _write_json(app, found)
    elif not quiet:
        _write_summary(app, found)
    if worst == Level.BROKEN:
        raise ShellmateError("")


def examine(patient: "Patient") -> "Iterator[Finding]":
    """The findings of all checks. One that fails itself is broken, and does not keep the others from being made."""
    import sqlite3

    from shellmate.cli.checks.finding import broken, note

    for name, check in _checks():
        try:
            yield from check(patient)
        except PermissionError as error:
            yield broken(name, f"{error.filename} cannot be read: permission denied", patient.let_in(error.filename))
        except sqlite3.OperationalError as error:
            yield note(name, f"this could not be checked while another program uses it: {error}")
        except Exception as error:
            yield broken(name, f"this could not be checked: {type(error).__name__}: {error}")


def _checks() -> "tuple[tuple[str, Check], ...]":
    from shellmate.cli.checks import cache, configuration, installation, log, model, places, resident, shells, speed
    from shellmate.cli.checks import terminal as surroundings

    return (
        ("python", installation.check_python),
        ("shellmate", installation.check_program),
        ("dependencies", installation.check_dependencies),
        ("llama.cpp", installation.check_llama),
        ("memory", installation.check_memory),
        ("model", model.check_model),
        ("models", model.check_other_models),
        ("effort", model.check_effort),
        ("settings", configuration.check_file),
        ("variables", configuration.check_variables),
        ("settings", configuration.check_sense),
        ("home", places.check_home),
        ("directories", places.check_places),
        ("cache", cache.check_store),
        ("prompts", cache.check_prompts),
        ("indexes", cache.check_indexes),
        ("log", log.check_log),
        ("answers", log.check_waits),
        ("resident", resident.check_resident),
        ("shells", shells.check_shells),
        ("terminal", surroundings.check_terminal),
        ("locale", surroundings.check_locale),
        ("sandbox", surroundings.check_helpers),
        ("speed", speed.check_speed),
    )


def _write(app: App, finding: "Finding") -> None:
    word = finding.level.word
    mark = f"{word:8}"
    if app.env.colours(app.setting("color"), app.env.stdout_is_terminal):
        mark = f"\x1b[{_COLOURS[word]}m{mark}\x1b[0m"
    lines = _fold(app, _shown(app, finding.text))
    app.env.write(f"{mark} {finding.name:{_WIDTH}} {lines[0]}\n")
    for line in lines[1:]:
        app.env.write(f"{_MARGIN}{line}\n")
    if finding.mend:
        arrow = "→" if app.env.speaks_utf8 else "->"
        app.env.write(f"{_MARGIN}{arrow} {_shown(app, finding.mend)}\n")


def _fold(app: App, text: str) -> list[str]:
    """The lines of a text in the room that a terminal has. A command is not folded: it is there to be copied."""
    import shutil
    import textwrap

    room = shutil.get_terminal_size().columns - len(_MARGIN) if app.env.stdout_is_terminal else 0
    if room < _LEAST_ROOM:
        return [text]
    return textwrap.wrap(text, room, break_long_words=False, break_on_hyphens=False) or [""]


def _write_summary(app: App, found: "list[Finding]") -> None:
    from shellmate.cli.checks.finding import Level

    counts = [(sum(each.level == level for each in found), level) for level in reversed(Level)]
    app.env.write(f"{len(found)} checks: {', '.join(level.count(count) for count, level in counts if count)}\n")


def _write_json(app: App, found: "list[Finding]") -> None:
    checks = [
        {"name": each.name, "level": each.level.word, "text": each.text, "mend": each.mend or None} for each in found
    ]
    worst = max(found, key=lambda each: each.level).level.word
    app.env.write(json.dumps({"version": __version__, "level": worst, "checks": checks}) + "\n")


def _shown(app: App, text: str) -> str:
    """On one line, without what a terminal would obey, and in ASCII where the locale has nothing else."""
    from shellmate.answer.showing.sanitise import make_visible

    text = make_visible(text.replace("\n", " "))
    return text if app.env.speaks_utf8 else text.encode("ascii", "backslashreplace").decode()
