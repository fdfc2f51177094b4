"""`shellmate stop`: end the resident engines."""

import click

from shellmate.cli.app import App
from shellmate.core.errors import ShellmateError
from shellmate.resident import processes

EPILOG = """
\b
Example:
  shellmate stop
"""


@click.command(epilog=EPILOG)
@click.pass_obj
def stop(app: App) -> None:
    """End all resident engines of yours, and give back their memory."""
    found = list(processes.all_running(app.paths.runtime))
    if not found:
        raise ShellmateError("no resident engine runs")
    for running in found:
        took_force = processes.stop(running)
        app.env.say(f"shellmate: {running.address.name} has ended{', by force' if took_force else ''}")
