"""`shellmate status`: the resident engines that there are."""

import json
from typing import Any

import click

from shellmate.cli.app import App
from shellmate.core.errors import ShellmateError
from shellmate.resident.processes import Running, all_running

# What --json prints, for the reference.
KEYS = {
    "name": "The engine's name: its model's, and a number that stands for its places and limits.",
    "pid": "Its process.",
    "answers": "Whether it does.",
    "loaded": "Whether the model is in memory; an idle engine has given it back.",
    "busy": "How many answers are being written.",
    "waiting": "How many questions wait for one of these to end.",
    "memory": "Bytes of memory beside the model's file; 0 where the system does not say.",
    "socket": "Where it listens.",
}
EPILOG = """
\b
Examples:
  shellmate status
  shellmate status -q && echo warm
  curl --unix-socket "$(shellmate status --socket)" http://shellmate/health
"""


@click.command(epilog=EPILOG)
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
@click.option("--socket", "as_socket", is_flag=True, help="Print only where the configured model listens.")
@click.option("-q", "--quiet", is_flag=True, help="Print nothing.")
@click.pass_obj
def status(app: App, as_json: bool, as_socket: bool, quiet: bool) -> None:
    """Say which resident engines run: exit 0 where there is one, else 1."""
    if as_socket:
        app.env.write(f"{app.address.socket}\n")
    found = list(all_running(app.paths.runtime))
    for running in found if not (quiet or as_socket) else ():
        told = _told(running)
        app.env.write(f"{json.dumps(told) if as_json else _in_words(told)}\n")
    if not found:
        raise ShellmateError(
            "" if quiet or as_socket else "no resident engine runs; `shellmate serve --detach` starts one"
        )


def _told(running: Running) -> dict[str, Any]:
    health = running.health()
    return {
        "name": running.address.name,
        "pid": running.pid,
        "answers": health is not None,
        "loaded": bool(health and health["loaded"]),
        "busy": health["busy"] if health else 0,
        "waiting": health["waiting"] if health else 0,
        "memory": running.memory(),
        "socket": str(running.address.socket),
    }


def _in_words(told: dict[str, Any]) -> str:
    state = ("loaded" if told["loaded"] else "idle, the model is not loaded") if told["answers"] else "does not answer"
    memory = f", {told['memory'] / 1e6:.0f} MB beside the model file" if told["memory"] else ""
    busy = f", {told['busy']} answering, {told['waiting']} waiting" if told["busy"] else ""
    return f"{told['name']}: {state}{memory}{busy} (process {told['pid']})"
