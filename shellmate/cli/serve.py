"""`shellmate serve`: keep a model resident, for shellmate and for every client that speaks OpenAI's protocol."""

import secrets
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from shellmate.cli.app import App
from shellmate.cli.options import setting_option
from shellmate.core.errors import ShellmateError, UsageError
from shellmate.core.paths import reason
from shellmate.resident.processes import start

if TYPE_CHECKING:
    from starlette.routing import Route

    from shellmate.prompt.prompt import Message
    from shellmate.resident.pool import ResidentModel

EPILOG = """
\b
Examples:
  shellmate serve --detach              (in the background; `shellmate stop` ends it)
  curl --unix-socket "$(shellmate status --socket)" http://shellmate/v1/models
  shellmate serve --tcp 127.0.0.1:8080  (for clients without unix sockets; prints a token)
  shellmate serve --web                 (a page to try it; prints its address)
  shellmate serve --print-systemd       (units that start it when somebody asks)

\b
It speaks /v1/chat/completions, /v1/completions (with suffix), /v1/models and
/health. Only you can connect, and nothing that is asked is logged.
"""
LOOPBACK = ("127.0.0.1", "::1", "localhost")
SEATS = 2
USUAL = "127.0.0.1:8080"


@click.command(epilog=EPILOG)
@click.option("--detach", is_flag=True, help="Go on in the background, and return when it answers.")
@click.option("--tcp", metavar="HOST:PORT", help="Listen there as well, for whoever has the token.")
@click.option("--web", is_flag=True, help=f"Show a page for a browser, at --tcp or {USUAL}.")
@click.option("--i-know", is_flag=True, help="Allow --tcp an address that others can reach.")
@setting_option("idle")
@click.option("--exit-when-idle", is_flag=True, help="End then, instead of only giving back the model's memory.")
@click.option("--print-systemd", is_flag=True, help="Print units with socket activation, and do nothing else.")
@setting_option("model", "-m")
@setting_option("ctx")
@setting_option("threads")
@click.option("-v", "--verbose", count=True, help="-vv: llama.cpp's log, tracebacks.")
@click.pass_obj
def serve(
    app: App,
    /,
    detach: bool,
    tcp: str | None,
    web: bool,
    i_know: bool,
    exit_when_idle: bool,
    print_systemd: bool,
    verbose: int,
    **settings: Any,
) -> None:
    """Keep the model and its primed prompts in memory, behind a unix socket.

    shellmate uses it by itself where it is there, and answers sooner.
    """
    app.configured |= {name: value for name, value in settings.items() if value is not None}
    listen = _parse_tcp(tcp or USUAL, i_know) if tcp or web else None
    options = [f"--{name}={value}" for name, value in settings.items() if value is not None]
    options += ["--exit-when-idle"] if exit_when_idle else []
    if print_systemd:
        _print_units(app, settings.get("idle"))
        return
    _check_installed()
    if detach:
        if listen:
            raise UsageError("--detach has no terminal for the token of --tcp and --web", "leave one of them out")
        start(app.address, options, app.paths.state / "serve.log")
        app.env.say(f"shellmate: {app.address.name} is resident; `shellmate stop` ends it")
        return
    _serve(app, listen, web, exit_when_idle, verbose)


def _print_units(app: App, idle: float | None) -> None:
    """With all that the socket's name depends on, as it is now."""
    from shellmate.models.store import is_path
    from shellmate.resident.systemd import write_units

    model = str(app.env.cwd / Path(app.model).expanduser()) if is_path(app.model) else app.model
    options = [f"--model={model}", f"--ctx={app.setting('ctx')}", f"--threads={app.setting('threads')}"]
    options += [f"--idle={idle:g}"] if idle else []
    places = {f"SHELLMATE_{kind.upper()}_DIR": str(place) for kind, place in asdict(app.paths).items()}
    app.env.write(write_units(app.address, [*app.program, "serve", *options, "--exit-when-idle"], places))


def _serve(app: App, listen: tuple[str, int] | None, web: bool, exit_when_idle: bool, verbose: int) -> None:
    from shellmate.cli.main import run as run_command
    from shellmate.cli.ready import import_all
    from shellmate.engine.binding import THREAD_VARIABLES
    from shellmate.resident.app import make_app
    from shellmate.resident.forkserver import fork_server
    from shellmate.resident.pool import Pool
    from shellmate.resident.server import RunningError, Service
    from shellmate.resident.server import serve as run

    app.env.prefer(THREAD_VARIABLES)
    token = secrets.token_urlsafe(24) if listen else ""
    prefix = _usual_prefix(app)
    page = _page_routes(app, prefix) if web else []
    announce = partial(_announce, app, listen, token, web)
    service = Service(app.address, app.setting("idle"), exit_when_idle, announce, prefix, listen)
    pool = Pool(partial(_open_model, app, verbose), SEATS)
    app.model_file(quiet=False)  # what is missing or damaged is said now
    try:
        forks = fork_server(app.address.fork, import_all, run_command)
        run(service, make_app(pool, app.model_name, token, page), pool, app.env, forks)
    except RunningError as error:
        app.env.say(f"shellmate: {error}")


def _open_model(app: App, verbose: int) -> "ResidentModel":
    from shellmate.resident.opening import open_model

    find_file = partial(app.model_file, quiet=True)
    return open_model(find_file, app.paths.kv, app.limits(), SEATS, verbose > 1)


def _usual_prefix(app: App) -> "tuple[Message, ...]":
    """What most questions are asked behind."""
    from shellmate.prompt.library import PromptLibrary
    from shellmate.prompt.prompt import compose
    from shellmate.request.request import Request

    return compose(Request("", app.setting("lang"), None), PromptLibrary.of(app.paths), app.setting("prompt")).prefix


def _page_routes(app: App, prefix: "tuple[Message, ...]") -> "list[Route]":
    from shellmate.resident.page import routes

    try:
        return routes(app.model_name, prefix)
    except OSError as error:
        raise ShellmateError(f"the page is not here: {reason(error)}", "install shellmate anew") from error


def _announce(app: App, listen: tuple[str, int] | None, token: str, web: bool) -> None:
    if listen is None:
        app.env.say(f"shellmate: {app.address.name} is resident at {app.address.socket}")
        return
    host, port = listen
    place = f"http://{f'[{host}]' if ':' in host else host}:{port}"
    app.env.say(f"shellmate: open {place}/#{token}" if web else f"shellmate: base URL {place}/v1, token {token}")


def _parse_tcp(text: str, i_know: bool) -> tuple[str, int]:
    host, _, port = text.rpartition(":")
    host = host.removeprefix("[").removesuffix("]") or "127.0.0.1"
    if not (port.isascii() and port.isdigit() and 0 < int(port) < 1 << 16):
        raise UsageError(f"--tcp {text!r} has no port", f"give both, such as --tcp {USUAL}")
    if host not in LOOPBACK and not i_know:
        raise UsageError(
            f"--tcp {host} lets other machines in, and the token goes over the network as it is",
            f"take {USUAL}, or add --i-know",
        )
    return host, int(port)


def _check_installed() -> None:
    from importlib.util import find_spec

    if find_spec("uvicorn") is None or find_spec("starlette") is None:
        raise ShellmateError("what serving takes is not installed", "run `pip install 'shellmate[serve]'`")
