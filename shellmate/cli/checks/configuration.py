"""The settings: can they be read, do they fit together, are they known."""

import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from shlex import quote
from typing import Any

from shellmate.cli.checks.finding import Finding, broken, note, ok, warning
from shellmate.cli.checks.patient import Patient
from shellmate.core.configuration import parse_settings, read_variables
from shellmate.core.errors import UsageError
from shellmate.core.paths import reason
from shellmate.core.settings import SETTINGS

# Variables that are no settings.
_OTHERS = {f"SHELLMATE_{kind}_DIR" for kind in ("CONFIG", "DATA", "CACHE", "STATE", "RUNTIME")} | {
    "SHELLMATE_LAST_STATUS", "SHELLMATE_LAST_COMMANDS", "SHELLMATE_RAN", "SHELLMATE_BUILD_CACHE", "SHELLMATE_TEST_ALL",
}  # fmt: skip
_LEAST_CTX = 5120  # tokens: what goes in front of a question about piped input has 4,300, with the input 4,800


def heal_settings(file: Path, variables: Mapping[str, str]) -> dict[str, Any]:
    """What can be read of file and variables: lines and variables that are wrong count as not given."""
    healed: dict[str, Any] = {}
    try:
        text = file.read_text(encoding="utf-8")
        healed |= parse_settings(_comment_out(text, [line for line, _ in _faults_of(text)]))
    except (OSError, ValueError):
        pass  # what is wrong with it is said by the check
    for name in variables:
        try:
            healed |= read_variables({name: variables[name]})
        except UsageError:
            continue
    return healed


def check_file(patient: Patient) -> Iterator[Finding]:
    """The configuration file: every line that is wrong, and the command that makes comments of them."""
    file = patient.paths.config_file
    place = quote(str(file))
    try:
        text = file.read_text(encoding="utf-8")
    except (FileNotFoundError, NotADirectoryError):
        yield ok("settings", "there is no file, so all have their defaults")
        return
    except UnicodeDecodeError:
        yield broken("settings", f"{file} is not UTF-8", f"mv {place} {place}.broken")
        return
    except OSError as error:
        mend = f"chmod u+r {place}" if file.is_file() else f"mv {place} {place}.broken"
        yield broken("settings", f"cannot read {file}: {reason(error)}", mend)
        return
    faults = _faults_of(text)
    if not faults:
        yield ok("settings", f"{file}, {len(parse_settings(text))} are set")
        return
    lines = sorted({line for line, _ in faults})
    script = ";".join(f"{line}s/^/# /" for line in lines)
    mend = f"sed -i.broken {quote(script)} {place}"
    if not _is_sound(_comment_out(text, lines)):
        mend = f"mv {place} {place}.broken"
    yield broken("settings", f"{file}: {'; '.join(said for _, said in faults)}", mend)


def _faults_of(text: str) -> list[tuple[int, str]]:
    """The lines that are wrong, by their numbers, each with what is wrong: the first, then what is wrong without it."""
    faults: list[tuple[int, str]] = []
    while True:
        try:
            parse_settings(_comment_out(text, [line for line, _ in faults]))
            return faults
        except (ValueError, RecursionError) as error:
            said = str(error) or "it is nested too deeply"
            number = re.search(r"\bline (\d+)", said)
            line = int(number[1]) if number else len(text.splitlines())
            said = said if said.startswith("line") else f"line {line}: {said}"
            if any(line == known for known, _ in faults):
                return faults
            faults.append((line, said.partition("; `")[0]))


def _is_sound(text: str) -> bool:
    try:
        parse_settings(text)
    except (ValueError, RecursionError):
        return False
    return True


def _comment_out(text: str, numbers: list[int]) -> str:
    return "\n".join(f"# {line}" if n in numbers else line for n, line in enumerate(text.split("\n"), 1))


def check_variables(patient: Patient) -> Iterator[Finding]:
    """The variables: values that are wrong, and names that mean nothing."""
    from difflib import get_close_matches

    variables = patient.env.variables
    known = {setting.variable for setting in SETTINGS.values()}
    for name in sorted(variables):
        if name in known:
            try:
                read_variables({name: variables[name]})
            except UsageError as error:
                yield broken("variables", error.message, patient.unset(name))
        elif name.startswith("SHELLMATE_") and name not in _OTHERS:
            near = get_close_matches(name, known, n=1)
            yield note("variables", f"{name} means nothing{f'; is it {near[0]}?' if near else ''}", patient.unset(name))


def check_sense(patient: Patient) -> Iterator[Finding]:
    """Settings that make no sense together, or on this machine."""
    setting, to = patient.app.setting, patient.setting_to
    if patient.is_remote:
        yield from _check_remote(patient)
    elif name := next((name for name in ("base_url", "remote_model") if setting(name)), None):
        yield note("settings", f"{name} means nothing while engine = local", to("engine", "http"))
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    if setting("threads") > cores:
        text = f"threads = {setting('threads')}, and there are {cores} processors: they wait for each other"
        yield warning("settings", text, to("threads", 0))
    if 0 < setting("ctx") < _LEAST_CTX:
        yield broken("settings", f"ctx = {setting('ctx')} has no room for the prompts", to("ctx", 0))
    if setting("seed") and not setting("temperature"):
        yield note("settings", f"seed = {setting('seed')} means nothing while temperature = 0", to("seed", 0))


def _check_remote(patient: Patient) -> Iterator[Finding]:
    from shellmate.engine.endpoint.hosts import stays_here

    base_url, local = patient.app.setting("base_url"), patient.setting_to("engine", "local")
    if not base_url:
        yield broken("settings", "engine = http, and there is no base_url to ask", local)
        return
    try:
        here = stays_here(base_url)
    except UsageError as error:
        yield broken("settings", f"engine = http, and {error.message}", local)
        return
    if patient.app.setting("offline") and not here:
        yield broken("settings", "engine = http asks another host, and offline forbids that", local)
    if patient.app.setting("effort") == "careful":
        text = "effort = careful chooses nothing while engine = http"
        yield note("settings", text, patient.setting_to("effort", "balanced"))
    if base_url.startswith("http:") and not here and patient.app.setting("api_key"):
        mend = patient.setting_to("base_url", base_url.replace("http:", "https:", 1))
        yield warning("settings", "the api_key goes to another host unencrypted, by http", mend)
