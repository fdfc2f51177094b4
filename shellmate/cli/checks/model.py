"""The model's file: is it here, and are its bytes the right ones."""

from collections.abc import Iterator
from pathlib import Path

from shellmate.cli.checks.finding import Finding, broken, note, ok, warning
from shellmate.cli.checks.patient import Patient
from shellmate.core.errors import UsageError
from shellmate.core.paths import reason
from shellmate.core.progress import progress
from shellmate.core.settings import SETTINGS
from shellmate.models.auto import CODERS, larger_model
from shellmate.models.catalogue import CATALOGUE, Model, find_model
from shellmate.models.installed import MAGIC, ModelFile, hash_stream, place_of
from shellmate.models.stamps import recall_digest
from shellmate.models.store import is_path
from shellmate.models.words import megabytes

# What docs/answers.md has figures for.
_GIVES = {
    "fast": "fast: a command is the first one that is written",
    "balanced": "balanced: a command is the best of eight, in two to three times the time of fast",
    "careful": "careful: a command is the best of twelve, in about five times the time of fast",
}


def check_model(patient: Patient) -> Iterator[Finding]:
    """The model that is used."""
    name = patient.app.model
    if patient.is_remote:
        yield ok("model", "none is needed here, since engine = http")
    elif is_path(name):
        yield _check_path(name, patient)
    else:
        try:
            yield _check_named(find_model(name), patient)
        except UsageError as error:
            yield broken("model", str(error), patient.setting_to("model", SETTINGS["model"].default))


def check_other_models(patient: Patient) -> Iterator[Finding]:
    """Those that are here and not used, and what is left of fetching one."""
    for model in CATALOGUE.values():
        path = place_of(model, patient.paths)
        if model.name != patient.app.model and path.is_file() and path.stat().st_size != model.bytes:
            yield warning("models", f"{path} is damaged", f"shellmate model pull --no-prime {model.name}")
        parts = patient.paths.models / "parts" / model.name
        if size := sum(file.stat().st_size for file in parts.rglob("*") if file.is_file()):
            text = f"{megabytes(size)} of {model.name} are left of a fetch that was broken off"
            yield note("models", text, f"shellmate model pull --no-prime {model.name}")


def check_effort(patient: Patient) -> Iterator[Finding]:
    """What the effort gives and costs, and which larger model may help."""
    name, effort = patient.app.model, patient.app.setting("effort")
    if patient.is_remote:
        return
    larger, best = larger_model(name, patient.paths), CODERS[0]
    helps = f"{larger} ({megabytes(CATALOGUE[larger].bytes)}) writes what {name} is not sure of" if larger else ""
    is_missing = name in CODERS[1:] and not place_of(CATALOGUE[best], patient.paths).exists()
    if effort == "careful" and is_missing:
        text = f"{_GIVES[effort]}; {best}, which would write what {name} is not sure of, is not here"
        yield note("effort", text, f"shellmate model pull {best}")
    elif effort == "careful":
        yield ok("effort", f"careful: {helps}, in about twice the time of balanced" if larger else _GIVES[effort])
    else:
        yield ok("effort", f"{_GIVES[effort]}{f'; with careful, {helps}' if larger else ''}")


def _check_named(model: Model, patient: Patient) -> Finding:
    path, fetch = place_of(model, patient.paths), f"shellmate model pull {model.name}"
    try:
        size = path.stat().st_size
    except (FileNotFoundError, NotADirectoryError):
        return _missing(model, patient, fetch)
    except OSError as error:
        return broken("model", f"{path} cannot be read: {reason(error)}", patient.let_in(path))
    if size != model.bytes:
        return broken("model", f"{path} is damaged: it has {size:,} bytes where {model.bytes:,} are right", fetch)
    digest = _digest_of(path, patient)
    if isinstance(digest, Finding):
        return digest
    if digest and digest != model.sha256:
        return broken("model", f"{path} is damaged: its SHA-256 is not the model's", fetch)
    return _sound(model.name, path, digest, patient)


def _missing(model: Model, patient: Patient, fetch: str) -> Finding:
    setting = patient.app.setting
    if setting("auto_pull") and not setting("offline"):
        text = f"{model.name} is not here yet; the first question fetches it ({megabytes(model.bytes)})"
        return warning("model", text, fetch)
    why = "offline forbids" if setting("offline") else "auto_pull = false forbids"
    fetch = f"HF_HUB_OFFLINE=0 SHELLMATE_OFFLINE=0 {fetch}" if setting("offline") else fetch
    return broken("model", f"{model.name} is not here, and {why} to fetch it", fetch)


def _check_path(name: str, patient: Patient) -> Finding:
    mend = patient.setting_to("model", SETTINGS["model"].default)
    home = patient.env.variables.get("HOME")
    path = patient.env.cwd / (f"{home}/{name[2:]}" if home and name.startswith("~/") else name)
    try:
        with path.open("rb") as file:
            begins = file.read(len(MAGIC))
    except (OSError, ValueError) as error:
        why = reason(error) if isinstance(error, OSError) else "it is not a path"
        return broken("model", f"{path} cannot be read: {why}", mend)
    if begins != MAGIC:
        return broken("model", f"{path} is not a GGUF file", mend)
    digest = _digest_of(path, patient)
    return digest if isinstance(digest, Finding) else _sound(path.name, path, digest, patient)


def _digest_of(path: Path, patient: Patient) -> str | Finding | None:
    """The SHA-256 (hex) that was remembered, with `deep` the one that it has; None where there is none yet."""
    try:
        if not patient.deep:
            with path.open("rb"):
                return recall_digest(path, patient.paths)
        size = path.stat().st_size
        with path.open("rb") as file, progress(patient.env, "checking the model", size, "B", patient.quiet) as done:
            return hash_stream(file, done)
    except OSError as error:
        return broken("model", f"{path} cannot be read: {reason(error)}", patient.let_in(path))


def _sound(name: str, path: Path, digest: str | None, patient: Patient) -> Finding:
    size = megabytes(path.stat().st_size)
    if digest:
        patient.model_file = ModelFile(name, path, digest)
    else:
        return note("model", f"{name}, {path} ({size}): its bytes have not been checked yet", "shellmate model verify")
    how = "have just been checked" if patient.deep else "have been checked"
    return ok("model", f"{name}, {path} ({size}): its bytes {how}")
