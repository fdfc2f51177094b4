"""The shells: which there are, whether the widget is loaded in their start files, whether its key is free."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from shlex import quote

from shellmate.cli.checks.finding import Finding, broken, note, ok, warning
from shellmate.cli.checks.patient import Patient
from shellmate.core.settings import SETTINGS
from shellmate.shell.bindings import bound_by_default, version_of
from shellmate.shell.init import SHELLS
from shellmate.shell.keys import write_key
from shellmate.shell.startfiles import LOADING, Loaded, find_bound, find_loaded, main_file, start_files

_LEAST = {"bash": 4, "zsh": 5, "fish": 3}  # versions


def check_shells(patient: Patient) -> Iterator[Finding]:
    for shell in SHELLS:
        program = shutil.which(shell, path=patient.env.variables.get("PATH", ""))
        yield from _check_shell(shell, program, patient) if program else [ok(shell, "it is not installed")]


def _check_shell(shell: str, program: str, patient: Patient) -> Iterator[Finding]:
    variables = patient.env.variables
    version = version_of(program)
    own = Path(variables.get("SHELL", "")).name == shell
    files = list(start_files(shell, variables))
    found = list(find_loaded(files))
    loaded = next((each for each in found if each.shell == shell), None)
    if wrong := next((each for each in found if each.shell != shell), None):
        mend = _with_change(wrong, f"init {wrong.shell}", f"init {shell}")
        yield broken(shell, f"{wrong.file}, line {wrong.line} loads the widget for {wrong.shell}", mend)
    elif version and int(version.partition(".")[0]) < _LEAST[shell]:
        yield note(shell, f"{version}, {program}; the key needs {shell} {_LEAST[shell]} or later")
    elif loaded:
        yield ok(shell, f"{version}, {program}; the widget is loaded in {loaded.file}, line {loaded.line}")
        yield _check_key(shell, program, loaded, files, patient)
    elif own and variables.get("HOME"):
        mend = f"echo {quote(LOADING[shell])} >> {main_file(shell, variables)}"
        yield note(shell, f"{version}, {program}; the widget is not loaded in your shell's start files", mend)
    else:
        yield ok(shell, f"{version}, {program}; the widget is not loaded")


def _check_key(shell: str, program: str, loaded: Loaded, files: list[Path], patient: Patient) -> Finding:
    """Whether the key is bound to something else, which is left alone then."""
    name = f"{shell} key"
    key = loaded.key if loaded.key is not None else patient.app.setting("key")
    if not key:
        return ok(name, "none is bound, as was wished")
    free = patient.setting_to("key", SETTINGS["key"].default)
    try:
        write_key(key, shell)
    except ValueError as error:
        return broken(name, str(error), free if loaded.key is None else _with_change(loaded, f"--key {key}", ""))
    bound = find_bound(shell, key, files) or bound_by_default(shell, program, key, patient.env.variables)
    if not bound:
        return ok(name, f"{key} is free")
    if loaded.takes_key:
        return ok(name, f"{key} is taken from {bound}, as was wished")
    mend = _with_change(loaded, f"init {shell}", f"init {shell} --force")
    return warning(name, f"{key} is bound to {bound}, and is left alone", mend)


def _with_change(loaded: Loaded, old: str, new: str) -> str:
    """The command that changes the line which loads the widget."""
    return f"sed -i.old {quote(f'{loaded.line}s/{old}/{new}/')} {quote(str(loaded.file))}"
